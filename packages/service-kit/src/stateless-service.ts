import type { ServiceName, StatefulService } from '@rollcall/types/services';
import type { BoundRoute } from './call-context.ts';
import type { EveryServiceVariables } from './environment.ts';
import { createLogger } from './logging.ts';
import { handleReadReadiness } from './readiness-route.ts';
import { createRouteApp } from './route-app.ts';
import type { RunningService } from './service.ts';

export interface StatelessOptions {
  readonly service: Exclude<ServiceName, StatefulService>;
  readonly variables: EveryServiceVariables;
  /** For everybody: there is nobody here to ask who holds what. */
  readonly routes: readonly BoundRoute[];
}

/** Runs a service that keeps nothing and calls nobody: its routes and its readiness, behind the same trust as all others. */
export const runStateless = ({ service, variables, routes }: StatelessOptions): RunningService => {
  const readiness = async () => ({});
  const app = createRouteApp({
    service,
    routes: [...routes, handleReadReadiness(service, readiness)],
    trustKeys: variables.SERVICE_TRUST_KEYS,
    checkPermission: async () => false,
    log: createLogger(service, variables.LOG_LEVEL),
  });
  return {
    name: service,
    fetch: (request) => app.fetch(request),
    readiness,
    // Requests that it has taken are answered by whoever listens for it.
    stop: async () => undefined,
  };
};
