import { createHmac } from 'node:crypto';
import { isRefusal, problems, type Refusal, refuse } from '@rollcall/types/problems';
import { type AnswerOf, type InputOf, isSigned, needsNobody, type Route } from '@rollcall/types/route-definition';
import type { ServiceName } from '@rollcall/types/services';
import { Hono } from 'hono';
import type { HopContext } from './actor.ts';
import type { BoundRoute, CallContext, PermissionCheck } from './call-context.ts';
import { judgeCaller } from './caller-policy.ts';
import { addressKey } from './client-address.ts';
import { failureRefusal } from './failures.ts';
import { answerOnce, type IdempotencyClaim, type IdempotencyStore } from './idempotency.ts';
import { newId } from './identity.ts';
import type { Logger } from './logging.ts';
import { requestDuration } from './metrics.ts';
import { refusalResponse } from './oauth-refusal.ts';
import { withinPatience } from './patience.ts';
import { problemResponse } from './problem-response.ts';
import { defaultBodyLimit, readBody } from './request-body.ts';
import { below, pathUserId, readContent, readParams, readQuery } from './route-input.ts';
import { contextHeader, type TrustedHop, trustHeader, verifyHop } from './service-trust.ts';
import { inSpan, storyIds } from './tracing.ts';

const patienceSeconds = 12;

export interface RouteAppOptions {
  readonly service: ServiceName;
  readonly routes: readonly BoundRoute[];
  /** A secret for each peer; a request that none of them signed is refused. */
  readonly trustKeys: ReadonlyMap<string, Uint8Array>;
  readonly checkPermission: PermissionCheck;
  /** Needed by a service that has routes declared `idempotent`. */
  readonly idempotency?: IdempotencyStore;
  /** What a request has to wait for before anything is judged or answered, or why it need not wait. */
  readonly beforehand?: (hop: HopContext) => Promise<Refusal | undefined>;
  readonly log: Logger;
}

/**
 * The HTTP application of a service: for each declared route the same steps in the same order, in one pass: trusted
 * hop, body within its limit, caller allowed, input valid, handler, answer. There is no other way in.
 */
export const createRouteApp = (options: RouteAppOptions): Hono => {
  const app = new Hono();
  for (const bound of options.routes) {
    if (isSigned(bound.route) && !bound.admit)
      throw new Error(`nothing checks the signatures of ${bound.route.operationId}`);
    app.on(bound.route.method, bound.route.path, async (c) => {
      const startedAt = performance.now();
      const response = await answer(bound, options, c.req.raw, c.req.param());
      const seconds = (performance.now() - startedAt) / 1000;
      requestDuration.labels(options.service, bound.route.operationId, String(response.status)).observe(seconds);
      return response;
    });
  }
  app.notFound(() => problemResponse(refuse('not_found'), newId()));
  return app;
};

const answer = async (
  bound: BoundRoute,
  options: RouteAppOptions,
  request: Request,
  pathParams: Readonly<Record<string, string>>,
): Promise<Response> => {
  const { path } = bound.route;
  let hop: TrustedHop | undefined;
  try {
    const body = await readBody(request, bound.route.bodyLimit ?? defaultBodyLimit);
    if (isRefusal(body)) return refusalResponse(path, body, newId());
    hop = trust(options, request, body);
    if (!hop) return problemResponse(refuse('untrusted_hop'), newId());
    const work = traced(bound, options, hop, request, body, pathParams);
    const outcome = await withinPatience((bound.route.patienceSeconds ?? patienceSeconds) * 1_000, work);
    if (outcome instanceof Response) return outcome;
    return isRefusal(outcome) ? refusalResponse(path, outcome, hop.context.requestId) : success(bound.route, outcome);
  } catch (error) {
    const requestId = hop?.context.requestId ?? newId();
    const refusal = failureRefusal(error);
    const level = refusal.refused === 'internal_error' ? 'error' : 'warn';
    const ids = storyIds(requestId, hop?.context.traceparent);
    options.log[level]({ ...ids, err: error, operation: bound.route.operationId }, 'request failed');
    return refusalResponse(path, refusal, requestId);
  }
};

const targetOf = (request: Request): string => {
  const { pathname, search } = new URL(request.url);
  return pathname + search;
};

const trust = (options: RouteAppOptions, request: Request, body: Uint8Array | null): TrustedHop | undefined =>
  verifyHop(
    { self: options.service, keys: options.trustKeys },
    { method: request.method, target: targetOf(request), body },
    { trust: request.headers.get(trustHeader), context: request.headers.get(contextHeader) },
    Date.now(),
  );

/** {@link serve} as a span of the request's trace, which what follows from it belongs to. */
const traced = (
  bound: BoundRoute,
  options: RouteAppOptions,
  hop: TrustedHop,
  request: Request,
  body: Uint8Array | null,
  pathParams: Readonly<Record<string, string>>,
): Promise<AnswerOf<Route> | Response | Refusal> =>
  inSpan(
    {
      name: bound.route.operationId,
      kind: 'server',
      requestId: hop.context.requestId,
      parent: hop.context.traceparent,
      attributes: { 'rollcall.service': options.service, 'http.route': bound.route.path, 'rollcall.caller': hop.from },
    },
    async (traceparent) => {
      const context = traceparent === undefined ? hop.context : { ...hop.context, traceparent };
      const outcome = await serve(bound, options, { ...hop, context }, request, body, pathParams);
      const status = isRefusal(outcome) ? problems[outcome.refused].status : outcome.status;
      const ids = storyIds(context.requestId, traceparent);
      options.log.debug({ ...ids, operation: bound.route.operationId, status }, 'a request was answered');
      return outcome;
    },
  );

const serve = async (
  { route, handle, respond, admit, rightsOf }: BoundRoute,
  options: RouteAppOptions,
  hop: TrustedHop,
  request: Request,
  body: Uint8Array | null,
  pathParams: Readonly<Record<string, string>>,
): Promise<AnswerOf<Route> | Response | Refusal> => {
  const needsPerson =
    !needsNobody(route) && !route.callers.some((caller) => typeof caller === 'object' && 'service' in caller);
  if (needsPerson && !hop.context.actor && hop.from === 'gateway') return refuse('unauthenticated');

  const early = await options.beforehand?.(hop.context);
  if (early) return early;
  const params = readParams(route, pathParams, hop.context);
  if (isRefusal(params)) return params;
  const verdict = await judgeCaller(route, hop, pathUserId(params), options.checkPermission);
  if (!verdict.allowed) return verdict.refusal;
  const { method, headers } = request;
  const plain = { method, target: targetOf(request), headers, body };
  if (respond) return respond(plain, createContext(options, hop, request, null));
  const admitted = admit?.(plain);
  if (admitted) return admitted;

  const query = readQuery(route, new URL(request.url).searchParams, hop.context);
  if (isRefusal(query)) return query;
  const { content, root } = readContent(route, body, request.headers, hop.context.actor?.userId);
  if (isRefusal(content)) return below(root, content);

  // Each part has just been parsed by the schema that its type comes from.
  const input = { params, query, body: content } as unknown as InputOf<Route>;
  const key = request.headers.get('idempotency-key');
  if (!route.idempotent || key === null || isOnlyTried(input)) {
    return below(root, await handle(input, createContext(options, hop, request, null)));
  }
  if (!options.idempotency)
    throw new Error(`${route.operationId} is declared idempotent, but there is no store for it`);
  // Claims are kept for a day, by services that have no business with anybody's address.
  const caller = hop.context.actor?.userId ?? `address ${keyedDigest(options, addressKey(hop.context.ipAddress))}`;
  const condition = request.headers.get('if-match');
  const rights = await rightsOf?.(input, createContext(options, hop, request, null));
  if (isRefusal(rights)) return rights;
  return answerOnce(
    options.idempotency,
    { caller, operation: route.operationId, key },
    keyedDigest(options, [input.params, input.query, input.body, ...(condition === null ? [] : [condition]), rights]),
    async (claim) => below(root, await handle(input, createContext(options, hop, request, claim))),
  );
};

/** What keeps nothing has nothing to repeat, and leaves the key to the request that it tries. */
const isOnlyTried = ({ query, body }: InputOf<Route>): boolean =>
  [query, body].some(
    (part) =>
      typeof part === 'object' && part !== null && 'dryRun' in part && (part.dryRun === true || part.dryRun === 'true'),
  );

// Under a key that is not in the database: a plain digest of an address, or of a body with a password in it, could be
// guessed.
const keyedDigest = ({ trustKeys }: RouteAppOptions, value: unknown): string =>
  createHmac('sha256', trustKeys.get('gateway') ?? new Uint8Array())
    .update(JSON.stringify(value))
    .digest('hex');

const createContext = (
  options: RouteAppOptions,
  hop: TrustedHop,
  request: Request,
  claim: IdempotencyClaim | null,
): CallContext => {
  const { actor, requestId, traceparent } = hop.context;
  return {
    actor,
    get signedIn() {
      if (!actor) throw new Error('a handler for signed-in people was reached without one');
      return actor;
    },
    caller: hop.from,
    hop: hop.context,
    cause: {
      actor: actor?.userId ?? `service:${hop.from}`,
      correlationId: requestId,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    headers: request.headers,
    claim,
    log: options.log.child(storyIds(requestId, traceparent)),
    holds: async (permission) => actor !== null && options.checkPermission(actor.userId, permission, hop.context),
  };
};

const success = (route: Route, outcome: AnswerOf<Route>): Response => {
  const headers = new Headers({
    ...(outcome.body === undefined
      ? {}
      : { 'content-type': route.media === 'text/html' ? 'text/html; charset=utf-8' : 'application/json' }),
    'cache-control': 'no-store',
  });
  for (const [name, value] of Object.entries(outcome.headers ?? {})) {
    headers.delete(name);
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one);
  }
  // What has not changed has no body, whatever kind it is of.
  const isText = route.media !== undefined && outcome.body !== undefined;
  return new Response(isText ? String(outcome.body) : JSON.stringify(outcome.body), {
    status: outcome.status,
    headers,
  });
};
