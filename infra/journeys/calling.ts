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
  /** Instead of the caller's own. */
  readonly token?: string;
  /** Of a browser, which is known by its cookies and sends no token. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Compose = (calling: Calling) => CallerRequest | Promise<CallerRequest>;

/** Whoever presents an ended token, or none, has no session to use up. */
export const isIn = ({ kind }: Calling): boolean => kind !== 'nobody' && kind !== 'ended';
