import type { IdempotencyClaim } from '@rollcall/service-kit/idempotency';
import { v5 } from 'uuid';

/** Any UUID of our own: it keeps these ids apart from those of other makers. */
const namespace = '0f2f7a2e-6c1b-5c0e-9d53-3b1f6a0c9e11';

/**
 * The command id of a request with an `Idempotency-Key`: the log itself knows a repeated one, even if the first attempt
 * was given up without an answer and landed later. With the body in it, because a key that was given up may come with
 * another, and that is another command.
 */
export const commandIdOf = ({ caller, operation, key }: IdempotencyClaim, body: unknown): string =>
  v5(JSON.stringify([caller, operation, key, body]), namespace);
