import { answer, handle } from '@rollcall/service-kit/call-context';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { eventRoutesOf } from '@rollcall/types/routes/every-service';
import { retryDeadLetter } from '@rollcall/types/routes/gateway';
import { consumingServices } from './consuming-services.ts';

const unavailable = refuse('unavailable');

/**
 * Retries a parked event wherever it is parked: several services may have stumbled over the same one. It stays parked
 * where it still cannot be applied.
 */
export const handleRetryDeadLetter = (client: ServiceClient) =>
  handle(retryDeadLetter, async ({ params }, context) => {
    const outcomes = await Promise.all(
      consumingServices.map(async (service) => {
        const route = eventRoutesOf(service).retryParkedEvent;
        // A service answers 5xx when something it needs is away as well as when it is down: its log says which.
        const retried = await client.call(route, { params, context: context.hop }).catch(() => unavailable);
        return { service, retried };
      }),
    );
    const done = outcomes.flatMap(({ service, retried }) =>
      isRefusal(retried) ? [] : [{ service, applied: retried.body.applied }],
    );
    const failed = outcomes.flatMap(({ service, retried }) =>
      isRefusal(retried) && retried.refused !== 'event_not_parked' ? [{ service, refused: retried.refused }] : [],
    );
    if (done.length === 0) {
      if (failed.length === 0) return refuse('not_found');
      const errors = failed.map(({ service }) => ({ pointer: `/${service}`, detail: 'did not apply it' }));
      // It may well succeed where it could not be asked.
      const isTried = failed.every(({ refused }) => refused === 'event_still_fails');
      return refuse(isTried ? 'event_still_fails' : 'unavailable', { errors });
    }
    return answer(200, {
      applied: done.reduce((sum, { applied }) => sum + applied, 0),
      services: done.map(({ service }) => service),
      failed: failed.map(({ service }) => service),
    });
  });
