import type { HttpBindings } from '@hono/node-server';
import type { HopContext } from '@rollcall/service-kit/actor';
import { failureRefusal } from '@rollcall/service-kit/failures';
import { newId } from '@rollcall/service-kit/identity';
import type { Logger } from '@rollcall/service-kit/logging';
import { problemResponse } from '@rollcall/service-kit/problem-response';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { type Context, Hono } from 'hono';
import { clientAddress } from './client.ts';
import type { Config } from './config.ts';
import { type Forwarding, forward } from './forward.ts';
import { authenticate } from './identity/authenticate.ts';
import type { TokenVerifier } from './identity/token-verifier.ts';
import type { CountRequest } from './rate-classes.ts';
import { createHeaderWriter, preflight } from './response-headers.ts';

export interface GatewayAppOptions extends Forwarding {
  readonly config: Config;
  readonly routes: readonly Route[];
  readonly verifier: TokenVerifier;
  readonly countRequest: CountRequest;
  readonly log: Logger;
}

type GatewayContext = Context<{ Bindings: HttpBindings }>;

/** `/api/user/*` is another name of `/v1/*`. */
const aliasOf = (path: string): string | undefined =>
  path.startsWith('/v1/') ? `/api/user/${path.slice('/v1/'.length)}` : undefined;

/**
 * The way in: each declared public route, and nothing else. A request is counted, its sender found out, its body
 * bounded; then it goes, signed, to the service that owns the route, which decides whether the sender may.
 */
export const createGatewayApp = (options: GatewayAppOptions): Hono<{ Bindings: HttpBindings }> => {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const writeHeaders = createHeaderWriter(options.config);

  const finish = async (c: GatewayContext, work: (requestId: string) => Promise<Response | Refusal>) => {
    const requestId = newId();
    const outcome = await work(requestId).catch((error: unknown) => {
      options.log.error({ err: error, requestId }, 'a request could not be routed');
      return failureRefusal(error);
    });
    const response = isRefusal(outcome) ? problemResponse(outcome, requestId) : outcome;
    return writeHeaders(response, c.req.header('origin') ?? null, requestId);
  };

  const methodsByPath = new Map<string, string[]>();
  for (const route of options.routes) {
    for (const path of [route.path, aliasOf(route.path)]) {
      if (path === undefined) continue;
      methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), route.method]);
      app.on(route.method, path, (c) => finish(c, (requestId) => serve(options, route, c, requestId)));
    }
  }
  for (const [path, methods] of methodsByPath) {
    app.options(path, (c) => finish(c, async () => preflight(methods)));
    app.all(path, (c) =>
      finish(c, async (requestId) => {
        const response = problemResponse(refuse('method_not_allowed'), requestId);
        response.headers.set('allow', [...methods, 'OPTIONS'].join(', '));
        return response;
      }),
    );
  }
  app.notFound((c) => finish(c, async () => refuse('not_found')));
  return app;
};

const serve = async (
  options: GatewayAppOptions,
  route: Route,
  c: GatewayContext,
  requestId: string,
): Promise<Response | Refusal> => {
  const request = c.req.raw;
  const address = clientAddress(options.config, c.env, request.headers.get('x-forwarded-for'));
  const wait = await options.countRequest(route.rate, address);
  if (wait !== undefined) return refuse('rate_limited', { retryAfterSeconds: wait });

  const identity = await authenticate(options.config, options.verifier, request);
  const isPublic = route.callers.includes('public');
  // On a public route a token that does not hold makes nobody of its sender; a cookie sent across sites never passes.
  if (isRefusal(identity) && (!isPublic || identity.refused === 'cross_site_request')) return identity;

  const context: HopContext = {
    requestId,
    actor: identity === null || isRefusal(identity) ? null : identity.actor,
    ipAddress: address,
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 512).toWellFormed(),
  };
  return forward(options, route, request, targetFor(request), context);
};

/** The path and query to send on, with the alias undone. */
const targetFor = (request: Request): string => {
  const { pathname, search } = new URL(request.url);
  const path = pathname.startsWith('/api/user/') ? `/v1/${pathname.slice('/api/user/'.length)}` : pathname;
  return path + search;
};
