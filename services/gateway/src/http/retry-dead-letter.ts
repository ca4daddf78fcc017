import { answer, handle } from '@rollcall/service-kit/call-context';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { everyServiceRoutes } from '@rollcall/types/routes/every-service';
import { retryDeadLetter } from '@rollcall/types/routes/gateway';
import { consumingServices } from './consuming-services.ts';

/**
 * Retries a parked event wherever it is parked: several services may have stumbled over the same one. It stays parked
 * where it still cannot be applied.
 */
export const handleRetryDeadLetter = (client: ServiceClient) =>
  handle(retryDeadLetter, async ({ params }, context) => {
    const outcomes = await Promise.all(
      consumingServices.map(async (service) => {
        const route = everyServiceRoutes(service).retryParkedEvent;
        // A service answers 5xx when the event fails again as well as when it is down: its log says which.
        const retried = await client.call(route, { params, context: context.hop }).catch(() => undefined);
        if (!retried) return { service, failed: true, applied: undefined };
        return { service, failed: false, applied: isRefusal(retried) ? undefined : retried.body.applied };
      }),
    );
    const done = outcomes.filter(({ applied }) => applied !== undefined);
    const failed = outcomes.filter((outcome) => outcome.failed).map(({ service }) => service);
    if (done.length === 0) {
      if (failed.length === 0) return refuse('event_not_parked');
      const errors = failed.map((service) => ({ pointer: `/${service}`, detail: 'did not apply it' }));
      return refuse('unavailable', { errors });
    }
    return answer(200, {
      applied: done.reduce((sum, { applied }) => sum + (applied ?? 0), 0),
      services: done.map(({ service }) => service),
      failed,
    });
  });
