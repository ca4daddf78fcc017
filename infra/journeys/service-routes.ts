import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '@rollcall/testing/api-client';
import type { SignedInPerson } from '@rollcall/testing/people';
import type { ServiceName } from '@rollcall/types/services';

interface ServiceRoute {
  readonly what: string;
  /** The services that it cannot be answered without, beside the gateway. */
  readonly needs: readonly ServiceName[];
  ask(): Promise<ApiAnswer>;
}

interface Asked {
  readonly route: ServiceRoute;
  /** 0 when the connection broke off without an answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** A second later, where it was 503. */
  readonly again: number;
}

export interface ServiceProbe {
  /** What went wrong while a service was away: a route that does not need it failed, or one that does, badly. */
  failuresWithout(service: ServiceName): string[];
  stop(): Promise<void>;
}

/** Asks for something of every service over and over, and writes down what came of it. */
export const probeServices = (api: ApiClient, admin: SignedInPerson, person: SignedInPerson): ServiceProbe => {
  const asked: Asked[] = [];
  const stopping = new AbortController();

  const keepAsking = async (route: ServiceRoute): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = performance.now();
      const status = await statusOf(route);
      const milliseconds = Math.round(performance.now() - began);
      // A processor that is busy starting what was killed may keep others from being up to date for a moment.
      if (status === 503) await delay(1_000);
      asked.push({ route, status, milliseconds, again: status === 503 ? await statusOf(route) : status });
      await delay(50);
    }
  };

  const asking = routes(api, admin, person).map(keepAsking);
  return {
    failuresWithout: (service) =>
      asked
        .filter((one) => !isFine(one, service))
        .map(({ route, status, milliseconds }) => `${route.what}: ${status} after ${milliseconds} ms`),
    stop: async () => {
      stopping.abort();
      await Promise.all(asking);
    },
  };
};

const statusOf = async (route: ServiceRoute): Promise<number> =>
  (await route.ask().catch(() => ({ status: 0 }))).status;

const isFine = ({ route, status, again, milliseconds }: Asked, away: ServiceName): boolean => {
  if (again === 200) return true;
  if (away === 'gateway') return status === 0 || status === 503;
  return route.needs.includes(away) && status === 503 && milliseconds < 5_000;
};

// Every token is checked against what auth says of revocations, no older than a second.
const routes = (api: ApiClient, { token, id }: SignedInPerson, person: SignedInPerson): ServiceRoute[] => [
  { what: 'own profile', needs: ['profile', 'auth'], ask: () => api('GET', '/v1/users/me', { token: person.token }) },
  { what: 'permissions', needs: ['role-permission', 'auth'], ask: () => api('GET', '/v1/permissions', { token }) },
  { what: 'own sessions', needs: ['auth'], ask: () => api('GET', '/v1/sessions', { token: person.token }) },
  { what: 'keys', needs: ['auth'], ask: () => api('GET', '/.well-known/jwks.json') },
  {
    what: 'whether a name is free',
    needs: ['registration'],
    ask: () => api('GET', `/v1/registrations/availability?username=${person.username}`),
  },
  {
    what: 'the activity',
    // It holds names and addresses sealed; registration has the keys.
    needs: ['activity-log', 'registration', 'role-permission', 'auth'],
    ask: () => api('GET', '/v1/activity', { token }),
  },
  {
    what: 'being active',
    needs: ['deactivation', 'role-permission', 'auth'],
    ask: () => api('POST', `/v1/users/${id}/reactivate`, { token }),
  },
];
