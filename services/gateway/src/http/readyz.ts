import { answer, handle } from '@rollcall/service-kit/call-context';
import type { Readiness } from '@rollcall/service-kit/service';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { readReadinessOf } from '@rollcall/types/routes/every-service';
import { readyz } from '@rollcall/types/routes/gateway';
import { type ServiceName, serviceNames } from '@rollcall/types/services';

/** Anyone may ask, so that however many do, services are asked no more often than this. */
const keptMilliseconds = 250;

type State = Readonly<Record<string, Readiness>>;

/** Ready when every service and everything it depends on is; otherwise the problem names what is not. */
export const handleReadyz = (client: ServiceClient, ownReadiness: () => Promise<Readiness>) => {
  let askedAt = Number.NEGATIVE_INFINITY;
  let state: Promise<State> | undefined;
  const current = (): Promise<State> => {
    if (!state || performance.now() - askedAt > keptMilliseconds) {
      askedAt = performance.now();
      state = readState(client, ownReadiness);
    }
    return state;
  };

  return handle(readyz, async () => {
    const services = await current();
    const missing = Object.entries(services).flatMap(([name, dependencies]) =>
      Object.entries(dependencies)
        .filter(([, condition]) => condition !== 'ok')
        .map(([dependency]) => ({ pointer: `/${name}/${dependency}`, detail: 'is unavailable' })),
    );
    return missing.length === 0 ? answer(200, { status: 'ok', services }) : refuse('unavailable', { errors: missing });
  });
};

const readState = async (client: ServiceClient, ownReadiness: () => Promise<Readiness>): Promise<State> => {
  const entries = await Promise.all(
    serviceNames.map(
      async (name) => [name, await (name === 'gateway' ? ownReadiness() : readinessOf(client, name))] as const,
    ),
  );
  return Object.fromEntries(entries);
};

const readinessOf = async (client: ServiceClient, name: ServiceName): Promise<Readiness> => {
  try {
    const readiness = await client.call(readReadinessOf(name), { timeout: 2_000 });
    if (isRefusal(readiness)) return { service: 'unavailable' };
    const conditions = Object.entries(readiness.body.dependencies);
    return Object.fromEntries(conditions.map(([what, is]) => [what, is === 'ok' ? 'ok' : 'unavailable']));
  } catch {
    return { service: 'unavailable' };
  }
};
