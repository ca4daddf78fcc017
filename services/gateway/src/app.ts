import type { HopContext } from '@rollcall/service-kit/actor';
import { failureRefusal } from '@rollcall/service-kit/failures';
import { newId } from '@rollcall/service-kit/identity';
import type { Logger } from '@rollcall/service-kit/logging';
import { refusalResponse } from '@rollcall/service-kit/oauth-refusal';
import { defaultBodyLimit, readBody } from '@rollcall/service-kit/request-body';
import { inSpan, isTraceparent, storyIds } from '@rollcall/service-kit/tracing';
import { revisionHeard } from '@rollcall/types/access-questions';
import { isRefusal, problems, type Refusal, refuse } from '@rollcall/types/problems';
import { needsNobody, type RateClass, type Route } from '@rollcall/types/route-definition';
import { beyondScopes } from '@rollcall/types/route-scopes';
import { showReference } from '@rollcall/types/routes/gateway';
import { needsNoSecondFactor } from '@rollcall/types/second-factor-routes';
import { type Context, Hono } from 'hono';
import { answerAccess } from './access/answers.ts';
import type { AccessFollower } from './access/follower.ts';
import { noLongerLooks } from './access/impersonation.ts';
import type { SecondFactorJudge } from './access/second-factor.ts';
import { type Bindings, clientAddress } from './client.ts';
import type { Config } from './config.ts';
import { type Forwarding, forward } from './forward.ts';
import { authenticate } from './identity/authenticate.ts';
import type { TokenVerifier } from './identity/token-verifier.ts';
import { mayReadMetrics } from './metrics-access.ts';
import type { CountRequest } from './rate-classes.ts';
import type { FixedDocument } from './reference/fixed-document.ts';
import { type RequestTarget, readTarget } from './request-target.ts';
import { createHeaderWriter, preflight } from './response-headers.ts';

export interface GatewayAppOptions extends Forwarding {
  readonly config: Config;
  readonly routes: readonly Route[];
  /** What is answered right here, by path. */
  readonly documents: ReadonlyMap<string, FixedDocument>;
  /** The metrics of this process. */
  readonly readMetrics: () => Promise<Response>;
  readonly verifier: TokenVerifier;
  /** The graph of rights, and who is told of writes that went through here. */
  readonly access: Pick<AccessFollower, 'present' | 'latest' | 'heard' | 'newest'>;
  readonly secondFactorDue: SecondFactorJudge;
  readonly countRequest: CountRequest;
  readonly log: Logger;
}

type GatewayContext = Context<{ Bindings: Bindings }>;
type Outcome = Response | Refusal;

/** `/api/user/*` is another name of `/v1/*`. */
const aliasOf = (path: string): string | undefined =>
  path.startsWith('/v1/') ? `/api/user/${path.slice('/v1/'.length)}` : undefined;

const withoutAlias = (path: string): string =>
  path.startsWith('/api/user/') ? `/v1/${path.slice('/api/user/'.length)}` : path;

/**
 * The way in: each declared public route, and nothing else. A request is counted, its sender found out, its body
 * bounded; then it goes, signed, to the service that owns the route, which decides whether the sender may. Only checks
 * of the present are answered right here.
 */
export const createGatewayApp = (options: GatewayAppOptions): Hono<{ Bindings: Bindings }> => {
  const app = new Hono<{ Bindings: Bindings }>();
  const writeHeaders = createHeaderWriter(options.config);

  const finish = async (c: GatewayContext, work: (requestId: string, target: RequestTarget) => Promise<Outcome>) => {
    const requestId = newId();
    // The wire's own spelling; a request made inside this process has only its address.
    const target = readTarget(c.env?.incoming?.url ?? c.req.url.replace(/^[a-z]+:\/\/[^/]*/, ''));
    const outcome = target
      ? await work(requestId, target).catch((error: unknown) => failed(options, c, requestId, error))
      : refuse('not_found');
    const response = isRefusal(outcome) ? refusalResponse(target?.path ?? '', outcome, requestId) : outcome;
    return writeHeaders(response, c.req.header('origin') ?? null, requestId);
  };

  const methodsByPath = new Map<string, string[]>();
  const answerAt = (method: string, path: string, work: (c: GatewayContext) => Promise<Response>) => {
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    app.on(method, path, work);
  };

  for (const [path, document] of options.documents) {
    answerAt('GET', path, (c) =>
      finish(c, async () => (await tooMany(options, 'read', c)) ?? document.answer(c.req.raw.headers)),
    );
  }
  // Whoever opens the address in a browser is shown what is there.
  answerAt('GET', '/', (c) =>
    finish(c, async () => new Response(null, { status: 303, headers: { location: showReference.path } })),
  );
  for (const route of options.routes) {
    if (options.documents.has(route.path)) continue;
    for (const path of [route.path, aliasOf(route.path)]) {
      if (path === undefined) continue;
      answerAt(route.method, path, (c) =>
        finish(c, (requestId, target) => serve(options, route, c, requestId, target)),
      );
    }
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods, 'OPTIONS'];
    app.options(path, (c) => finish(c, async () => preflight(allow)));
    app.all(path, (c) =>
      finish(c, async (requestId) => {
        const response = refusalResponse(path, refuse('method_not_allowed'), requestId);
        response.headers.set('allow', allow.join(', '));
        return response;
      }),
    );
  }
  app.get('/metrics', (c) =>
    finish(c, async () =>
      mayReadMetrics(options.config, c.env, c.req.raw.headers) ? options.readMetrics() : refuse('not_found'),
    ),
  );
  app.notFound((c) => finish(c, async () => refuse('not_found')));
  app.onError((error, c) => finish(c, async (requestId) => failed(options, c, requestId, error)));
  return app;
};

const failed = ({ log }: GatewayAppOptions, c: GatewayContext, requestId: string, error: unknown): Refusal => {
  // A client that went away, or was cut off for its slowness, is no fault of ours.
  const level = c.env?.incoming?.destroyed ? 'debug' : 'error';
  log[level]({ err: error, requestId }, 'a request could not be routed');
  return failureRefusal(error);
};

const addressOf = (options: GatewayAppOptions, c: GatewayContext): string =>
  clientAddress(options.config, c.env?.incoming, c.req.raw.headers.get('x-forwarded-for'));

const tooMany = async (
  options: GatewayAppOptions,
  rate: RateClass,
  c: GatewayContext,
  address = addressOf(options, c),
): Promise<Refusal | undefined> => {
  const wait = await options.countRequest(rate, address);
  return wait === undefined ? undefined : refuse('rate_limited', { retryAfterSeconds: wait });
};

/** {@link route} as a span of the sender's trace, or of a new one; the log has a line of it. */
const serve = (
  options: GatewayAppOptions,
  declared: Route,
  c: GatewayContext,
  requestId: string,
  target: RequestTarget,
): Promise<Outcome> => {
  const parent = c.req.raw.headers.get('traceparent');
  const span = {
    name: declared.operationId,
    kind: 'server',
    requestId,
    parent: isTraceparent(parent) ? parent : undefined,
    attributes: { 'rollcall.service': 'gateway', 'http.route': declared.path },
  } as const;
  return inSpan(span, async (traceparent) => {
    const trace = traceparent === undefined ? {} : { traceparent };
    const outcome = await route(options, declared, c, target, { requestId, ...trace });
    const status = isRefusal(outcome) ? problems[outcome.refused].status : outcome.status;
    const ids = storyIds(requestId, traceparent);
    // Reads are most of what there is, and change nothing that anybody would ask about later.
    const level = declared.rate === 'read' ? 'debug' : 'info';
    options.log[level]({ ...ids, operation: declared.operationId, status }, 'a request was answered');
    return outcome;
  });
};

const route = async (
  options: GatewayAppOptions,
  declared: Route,
  c: GatewayContext,
  target: RequestTarget,
  story: Pick<HopContext, 'requestId' | 'traceparent'>,
): Promise<Outcome> => {
  const request = c.req.raw;
  const address = addressOf(options, c);
  const limited = await tooMany(options, declared.rate, c, address);
  if (limited) return limited;

  const identity = await authenticate(options.config, options.verifier, request);
  const isPublic = needsNobody(declared);
  // On a public route a token that does not hold makes nobody of its sender; a cookie sent across sites never passes.
  if (isRefusal(identity) && (!isPublic || identity.refused === 'cross_site_request')) return identity;
  if (identity === null && !isPublic) return refuse('unauthenticated');

  const due = identity && !isRefusal(identity) ? options.secondFactorDue(identity.actor) : undefined;
  if (due && !needsNoSecondFactor(declared)) return due;
  // Where anybody may come, whoever looks is nobody.
  const over = !isPublic && identity && !isRefusal(identity) && (await noLongerLooks(options.access, identity));
  if (over) return over;

  const body = await readBody(request, declared.bodyLimit ?? defaultBodyLimit);
  if (isRefusal(body)) return body;
  // A body may take half a minute to arrive: nobody finishes what they began before they were thrown out.
  if (body && identity && !isRefusal(identity) && !(await options.verifier.stillHolds(identity)))
    return refuse('token_revoked');
  const known = identity === null || isRefusal(identity) ? null : identity.actor;
  // Where anybody may come, a key that was made for other things makes nobody of its sender, as does a second factor that may be due.
  const actor = known && isPublic && (due || beyondScopes(declared, known.scopes, false)) ? null : known;
  const behind = await awaitRevision(options, request.headers.get('rollcall-revision'));
  if (behind) return behind;
  const { search } = target;
  const answered =
    actor &&
    (await answerAccess(options.access, declared, {
      userId: actor.userId,
      scopes: actor.scopes,
      search,
      body,
      headers: request.headers,
    }));
  if (answered) return answered;
  const accessRevision = options.access.newest;
  const forwarded = { request, target: withoutAlias(target.path) + search, body };
  const answer = await forward(options, declared, forwarded, {
    ...story,
    actor,
    ipAddress: address,
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 512).toWellFormed(),
    ...(accessRevision === undefined ? {} : { accessRevision }),
  });
  const revision = declared.service === 'role-permission' ? answer.headers.get('rollcall-revision') : null;
  if (revision !== null) options.access.heard(revision);
  return answer;
};

/** Whoever wrote through another gateway says which revision it became, and finds it here as well. */
const awaitRevision = async ({ access }: GatewayAppOptions, told: string | null): Promise<Refusal | undefined> => {
  if (told === null) return undefined;
  if (!revisionHeard.safeParse(told).success) {
    const detail = 'The header Rollcall-Revision must be <epoch>-<revision>, as the answer to a write has it.';
    return refuse('invalid_input', { detail });
  }
  const present = await access.present(told);
  return isRefusal(present) ? present : undefined;
};
