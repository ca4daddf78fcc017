import type { z } from 'zod';
import type { BuiltInPermission } from './permissions.ts';
import type { ProblemCode } from './problems.ts';
import type { PeerName, ServiceName } from './services.ts';

/**
 * Who may call a route; a route names at least one, and any of those named suffices.
 *
 * - `public`: anyone.
 * - `user`: any signed-in person.
 * - `self`: the person that the path's `:userId` names (`me` is the caller).
 * - `{ permission }`: whoever holds it.
 * - `{ judged }`: any signed-in person may ask; the service judges by the state that it owns whether they may, and answers
 *   as if nothing were there to whom it is a secret. The words say who may.
 * - `{ signedBy }`: whoever signs requests with the secret that the operator shares with that system, signed in or not. The
 *   service checks the signature before it reads anything else.
 * - `{ service }`: that service or tool, on internal routes only.
 */
export type Caller =
  | 'public'
  | 'user'
  | 'self'
  | { readonly permission: BuiltInPermission }
  | { readonly judged: string }
  | { readonly signedBy: 'billing' }
  | { readonly service: PeerName };

/** How often one caller may ask; the gateway has the numbers. */
export type RateClass = 'sign_up' | 'sign_in' | 'mail' | 'write' | 'read' | 'internal';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** 303 sends a browser on, and 304 is a success of a conditional GET: they have no body. */
export type SuccessStatus = 200 | 201 | 202 | 303 | 304;

export interface Route {
  readonly service: ServiceName;
  /** Unique; the handler's file is named after it. */
  readonly operationId: string;
  readonly method: Method;
  /** Parameters as `:name`. Internal routes begin with `/internal/` and are never routed by the gateway. */
  readonly path: string;
  readonly summary: string;
  readonly callers: readonly [Caller, ...Caller[]];
  readonly rate: RateClass;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** In place of a body in JSON: one that a page of somebody else sends as a form. */
  readonly form?: z.ZodObject;
  /** The members of the body may also stand below this one. */
  readonly bodyMember?: string;
  /** A request may come without a body at all; it is then read as an empty object. */
  readonly bodyOptional?: boolean;
  /** Bytes; 65,536 unless told. */
  readonly bodyLimit?: number;
  /** For how long an answer is worked on before it is given up; 12 unless told, a little longer than any statement may run. */
  readonly patienceSeconds?: number;
  readonly responses: Partial<Record<SuccessStatus, z.ZodType>>;
  /** What it can refuse with, beside what every route can. */
  readonly refusals?: readonly ProblemCode[];
  /** What invalid values are refused with; `invalid_input` unless told. */
  readonly invalidInput?: ProblemCode;
  /** A caller with too few rights is told `forbidden`; otherwise the route answers as if nothing were there. */
  readonly openAboutExistence?: boolean;
  /** The answer to a repeated `Idempotency-Key` is the first answer. */
  readonly idempotent?: boolean;
  /** False where asking twice is not the same as asking once, although the method says so. */
  readonly repeatable?: false;
  /** Headers of its successful answers, beside those that every answer has. */
  readonly headers?: readonly ('ETag' | 'Rollcall-Revision')[];
  /** The service reads and sets cookies itself. */
  readonly cookies?: boolean;
  /** Answers text of this kind instead of JSON; of which kind exactly, a `text/*` says itself with `content-type`. */
  readonly media?: 'text/html' | 'text/*';
  /** Its requests, its answers and its refusals have the forms of that standard: the service reads the bytes itself. */
  readonly protocol?: 'oauth';
  /** Heading of the reference that it stands under; its service unless told. */
  readonly tag?: string;
}

/**
 * Declares a route: validation, callers, limits, the OpenAPI document and the SDK all come from this.
 *
 * @example
 * const listGenders = defineRoute({
 *   service: 'profile', operationId: 'listGenders', method: 'GET', path: '/v1/genders',
 *   summary: 'The reference table of genders', callers: ['public'], rate: 'read',
 *   responses: { 200: z.object({ items: z.array(z.object({ code: z.string() })) }) },
 * });
 */
export const defineRoute = <const R extends Route>(route: R): R => route;

type OutputOf<T, Missing> = T extends z.ZodType ? z.output<T> : Missing;

export interface InputOf<R extends Route> {
  readonly params: OutputOf<R['params'], Record<never, never>>;
  readonly query: OutputOf<R['query'], Record<never, never>>;
  readonly body: OutputOf<R['body'], OutputOf<R['form'], undefined>>;
}

/** What callers send, before validation. */
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.input<R['body']> : undefined;

/** Any of the successful answers: a status and the body declared for it. */
export type AnswerOf<R extends Route> = {
  [S in keyof R['responses'] & SuccessStatus]: {
    readonly status: S;
    readonly body: OutputOf<R['responses'][S], never>;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  };
}[keyof R['responses'] & SuccessStatus];

/** Its requests prove by a signature where they come from. */
export const isSigned = ({ callers }: Pick<Route, 'callers'>): boolean =>
  callers.some((caller) => typeof caller === 'object' && 'signedBy' in caller);

/** Nobody need be signed in to call it. */
export const needsNobody = (route: Pick<Route, 'callers'>): boolean =>
  route.callers.includes('public') || isSigned(route);

export const isInternal = (route: Route): boolean => route.path.startsWith('/internal/');
