import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import type { SignedIn } from '../store/signed-in.ts';
import type { HeldToken } from './held-token.ts';

/** With either token of a session goes the session: the other one would only make the next. */
export const endSession =
  ({ config }: Pick<Ports, 'config'>, { userId, sessionId }: SignedIn): HeldToken['end'] =>
  (tx, emit, cause) =>
    endSessionsOf(config, tx, emit, userId, { only: [sessionId] }, 'token_revoked', cause);
