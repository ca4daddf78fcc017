import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { RefusedSignIn } from '../refused-sign-ins.ts';

/** Something that is right, and not spent yet. */
export interface Proof {
  /** RFC 8176, as far as it has a word. */
  readonly methods: readonly string[];
  /** Spends it, with whatever it is good for; false when somebody else just did. */
  spend(tx: Transaction, emit: Emit): Promise<boolean>;
}

/** What was presented proves nothing. */
export interface NoProof {
  readonly failed: RefusedSignIn['reason'];
}

export const isProof = (outcome: Proof | NoProof): outcome is Proof => 'spend' in outcome;
