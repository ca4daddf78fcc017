import type { BuiltInPermission } from '@rollcall/types/permissions';
import type { Refusal } from '@rollcall/types/problems';
import type { AnswerOf, InputOf, Route, SuccessStatus } from '@rollcall/types/route-definition';
import type { PeerName } from '@rollcall/types/services';
import type { Actor, Cause, HopContext } from './actor.ts';
import type { IdempotencyClaim } from './idempotency.ts';
import type { Logger } from './logging.ts';

/** What a handler knows about the call beside its input. */
export interface CallContext {
  /** The signed-in person; on routes for signed-in people use {@link CallContext.signedIn}. */
  readonly actor: Actor | null;
  /** The signed-in person of a route that has no public callers. */
  readonly signedIn: Actor;
  /** Which service sent the request on. */
  readonly caller: PeerName;
  /** To hand on to the next service. */
  readonly hop: HopContext;
  /** To put on the events this call causes. */
  readonly cause: Cause;
  readonly headers: Headers;
  readonly log: Logger;
  /** Of a request with an `Idempotency-Key`: to store the answer with, in the transaction that has the effect. */
  readonly claim: IdempotencyClaim | null;
  /** Does the signed-in person hold this permission now? */
  holds(permission: BuiltInPermission): Promise<boolean>;
}

export type Handler<R extends Route> = (input: InputOf<R>, context: CallContext) => Promise<AnswerOf<R> | Refusal>;

/** A request as it came, for those who speak a standard's own form. */
export interface PlainRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
}

/** Why a signed request is not let in, or the answer to one that nothing more need be read of. */
export type Admission<R extends Route> = (request: PlainRequest) => AnswerOf<R> | Refusal | undefined;

/** A declared route together with what answers it. */
export interface BoundRoute {
  readonly route: Route;
  /** Of a route with a `protocol`: answers by itself; nothing of the request is read before. */
  readonly respond?: (request: PlainRequest, context: CallContext) => Promise<Response>;
  /** Of a route whose callers sign: judges a request by its bytes, before anything is read of them. */
  readonly admit?: Admission<Route>;
  readonly handle: (input: InputOf<Route>, context: CallContext) => Promise<AnswerOf<Route> | Refusal>;
  readonly rightsOf?: (input: InputOf<Route>, context: CallContext) => Promise<unknown | Refusal>;
}

/** The rights that an answer rests on, or a refusal to a caller who has too few of them. */
export type RightsOf<R extends Route> = (input: InputOf<R>, context: CallContext) => Promise<object | Refusal>;

/**
 * Binds a handler to its declaration.
 *
 * @param rightsOf of an idempotent route whose answers show more to some than to others: asked of every request with an
 * `Idempotency-Key`, so that nobody is given a stored answer on the strength of rights they have lost
 */
export const handle = <R extends Route>(route: R, handler: Handler<R>, rightsOf?: RightsOf<R>): BoundRoute => ({
  route,
  // Input was parsed by this very route's schemas before it gets here.
  handle: handler as unknown as BoundRoute['handle'],
  ...(rightsOf ? { rightsOf: rightsOf as unknown as NonNullable<BoundRoute['rightsOf']> } : {}),
});

/** Binds a handler to a declaration whose callers sign their requests. */
export const handleSigned = <R extends Route>(route: R, admit: Admission<R>, handler: Handler<R>): BoundRoute => ({
  ...handle(route, handler),
  // It answers with what this very route declares.
  admit: admit as unknown as Admission<Route>,
});

/** Binds what speaks a standard's own form to its declaration. */
export const handleProtocol = (route: Route, respond: NonNullable<BoundRoute['respond']>): BoundRoute => ({
  route,
  handle: () => Promise.reject(new Error(`${route.operationId} is answered in its own form`)),
  respond,
});

/** Asks whether somebody holds a permission; the one way in which services learn about rights. */
export type PermissionCheck = (userId: string, permission: string, hop: HopContext) => Promise<boolean>;

/**
 * A successful answer, with the literals of its body kept as the route declares them.
 *
 * @example
 * return answer(202, { status: 'verification_sent' });
 */
export const answer = <const S extends SuccessStatus, const B>(
  status: S,
  body: B,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
) => ({ status, body, headers });
