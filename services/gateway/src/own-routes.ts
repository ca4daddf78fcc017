import type { PermissionCheck } from '@rollcall/service-kit/call-context';
import type { Logger } from '@rollcall/service-kit/logging';
import { createRouteApp } from '@rollcall/service-kit/route-app';
import type { Readiness } from '@rollcall/service-kit/service';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { handleListDeadLetters } from './http/list-dead-letters.ts';
import { handleLivez } from './http/livez.ts';
import { handleReadyz } from './http/readyz.ts';
import { handleRetryDeadLetter } from './http/retry-dead-letter.ts';

interface OwnRoutesOptions {
  readonly directory: ServiceDirectory;
  readonly client: ServiceClient;
  readonly trustKeys: ReadonlyMap<string, Uint8Array>;
  readonly readiness: () => Promise<Readiness>;
  readonly checkPermission: PermissionCheck;
  readonly log: Logger;
}

/** A directory in which the gateway is a service too: its own routes are signed, judged and checked like all others. */
export const withOwnRoutes = (options: OwnRoutesOptions): ServiceDirectory => {
  const { directory, client, trustKeys, readiness, checkPermission, log } = options;
  const app = createRouteApp({
    service: 'gateway',
    routes: [
      handleLivez(),
      handleReadyz(client, readiness),
      handleListDeadLetters(client),
      handleRetryDeadLetter(client),
    ],
    trustKeys,
    checkPermission,
    log,
  });
  return {
    send: async (service, request) =>
      service === 'gateway'
        ? app.request(request.target, { method: request.method, headers: request.headers, body: request.body })
        : directory.send(service, request),
    close: () => directory.close(),
  };
};
