import { randomUUID } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import type { CallerKind } from '@rollcall/types/testing/caller-table';
import type { Cast } from './cast.ts';

/** Who calls, and about whom. */
export interface Calling {
  readonly cast: Cast;
  readonly kind: CallerKind;
  /** Undefined for nobody. */
  readonly caller: SignedInPerson | undefined;
  /** Whom the path names, where it names a person: the caller for `self`, else somebody else. */
  readonly subject: SignedInPerson;
}

export interface CallerRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** In place of a body in JSON. */
  readonly form?: string;
  /** Instead of the caller's own. */
  readonly token?: string;
  /** Of a browser, which is known by its cookies and sends no token. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Compose = (calling: Calling) => CallerRequest | Promise<CallerRequest>;

/** Whoever presents an ended token, or none, has no session to use up. */
export const isIn = ({ kind }: Calling): boolean => kind !== 'nobody' && kind !== 'ended';

/** What is made once for each cast, by name: accounts are limited by the minute. */
const made = new WeakMap<Cast, Map<string, Promise<unknown>>>();
export const once = <T>(cast: Cast, name: string, make: () => Promise<T>): Promise<T> => {
  const known = made.get(cast) ?? new Map<string, Promise<unknown>>();
  made.set(cast, known);
  const found = known.get(name) ?? make();
  known.set(name, found);
  // What stands under a name was made for it.
  return found as Promise<T>;
};

/** Each call that is carried out is by people of its own: nobody else of a journey is asked for a second factor then. */
export const byOthers =
  (compose: (calling: Calling) => Promise<CallerRequest>, otherwise: CallerRequest): Compose =>
  (calling) =>
    isIn(calling) ? compose(calling) : otherwise;

/** Another password for somebody, every time: nobody takes one again that was theirs. */
export const nextPassword = (): string => `another long password ${randomUUID()}`;
