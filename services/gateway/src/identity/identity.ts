import type { Actor } from '@rollcall/service-kit/actor';

/** Whom a request acts for, and until when what it presented is good. */
export interface Identity {
  readonly actor: Actor;
  readonly expiresAtMilliseconds: number;
  /** Somebody else who looks at this account as its owner sees it; it ends with that session of theirs, and with their right to. */
  readonly impersonator?: Pick<Actor, 'userId' | 'sessionId'>;
}
