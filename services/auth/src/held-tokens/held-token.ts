import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause, HopContext } from '@rollcall/service-kit/actor';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import type { Introspection } from '@rollcall/types/routes/auth/tokens';

/** A token or key of ours. */
export interface HeldToken {
  readonly said: Omit<Introspection, 'active'>;
  /** What is good no longer, or not now, may be so again: it can be ended all the same. */
  isGood(hop: HopContext): Promise<boolean>;
  /** Ends what it stands for: the last thing of a transaction. Announce what it returns once that has committed. */
  end(tx: Transaction, emit: Emit, cause: Cause): Promise<Revocation[]>;
}
