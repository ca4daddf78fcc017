import { type ProblemCode, problems, type Refusal, refuse } from '@rollcall/types/problems';
import type { AnswerOf, BodyOf, Route } from '@rollcall/types/route-definition';
import type { PeerName } from '@rollcall/types/services';
import type { HopContext } from './actor.ts';
import { newId } from './identity.ts';
import type { ServiceDirectory } from './service-directory.ts';
import { type Hop, signHop } from './service-trust.ts';

/** Another service did not answer, or not in a way its declaration allows. */
export class ServiceUnavailableError extends Error {
  constructor(service: string, cause: unknown) {
    super(`${service} is not available`, { cause });
    this.name = 'ServiceUnavailableError';
  }
}

export interface CallInput<R extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: BodyOf<R>;
  /** The request this call is part of; none for work that a service does by itself. */
  readonly context?: HopContext;
  /** Milliseconds; 5,000 unless told. */
  readonly timeout?: number;
}

/** Calls declared routes of other services. */
export interface ServiceClient {
  /**
   * @returns the declared answer, or the other service's refusal as a value.
   * @throws {ServiceUnavailableError} when there was no answer in time, or a 5xx.
   */
  call<R extends Route>(route: R, input: CallInput<R>): Promise<AnswerOf<R> | Refusal>;
}

/** The path and query of a route with its parameters filled in. */
export const targetOf = (
  route: Route,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string>> = {},
): string => {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
};

/** Of work that a service does by itself. @param accessRevision the newest that it has heard of, where it asks about rights */
export const ownContext = (accessRevision?: string): HopContext => ({
  requestId: newId(),
  actor: null,
  ipAddress: '',
  userAgent: '',
  ...(accessRevision === undefined ? {} : { accessRevision }),
});

const isProblemCode = (code: unknown): code is ProblemCode => typeof code === 'string' && code in problems;

const refusalFrom = (body: { readonly code?: unknown; readonly detail?: unknown }): Refusal | undefined =>
  isProblemCode(body.code)
    ? refuse(body.code, typeof body.detail === 'string' ? { detail: body.detail } : {})
    : undefined;

const withDeadline = async <T>(work: (signal: AbortSignal) => Promise<T>, milliseconds: number): Promise<T> => {
  const signal = AbortSignal.timeout(milliseconds);
  // In one process nothing listens to the signal, so the deadline is kept here as well.
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work(signal), expired]);
};

export const createServiceClient = (
  self: PeerName,
  keys: ReadonlyMap<string, Uint8Array>,
  directory: ServiceDirectory,
): ServiceClient => ({
  async call(route, input) {
    const key = keys.get(route.service);
    if (!key) throw new Error(`SERVICE_TRUST_KEYS of ${self} has no key for ${route.service}`);
    const body = input.body === undefined ? null : Buffer.from(JSON.stringify(input.body));
    const hop: Hop = { method: route.method, target: targetOf(route, input.params, input.query), body };
    const headers = signHop({ from: self, to: route.service, key }, hop, input.context ?? ownContext(), Date.now());

    const patience = input.timeout ?? 5_000;
    try {
      const answer = await withDeadline(
        (signal) =>
          directory.send(route.service, {
            ...hop,
            // What services ask of each other is written so that it may be asked again.
            repeatable: true,
            headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
            signal,
            patience,
          }),
        patience,
      );
      const content: unknown = await answer.json();
      const schema = route.responses[answer.status as keyof typeof route.responses];
      if (schema) return { status: answer.status, body: schema.parse(content) } as AnswerOf<typeof route>;
      const refusal = typeof content === 'object' && content !== null ? refusalFrom(content) : undefined;
      if (refusal && answer.status < 500) return refusal;
      if (refusal?.refused === 'overloaded') return refusal;
      throw new Error(`${route.operationId} answered ${answer.status}`);
    } catch (error) {
      throw new ServiceUnavailableError(route.service, error);
    }
  },
});
