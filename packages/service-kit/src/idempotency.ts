import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AnswerOf, Route } from '@rollcall/types/route-definition';

/** The right to be the one that carries a keyed request out. */
export interface IdempotencyClaim {
  readonly caller: string;
  readonly operation: string;
  readonly key: string;
}

export type ClaimOutcome =
  | { readonly outcome: 'claimed'; readonly claim: IdempotencyClaim }
  | { readonly outcome: 'answered'; readonly answer: AnswerOf<Route> }
  | { readonly outcome: 'running' }
  | { readonly outcome: 'other_body' };

/** Remembers for a day what was answered to requests with an `Idempotency-Key`. */
export interface IdempotencyStore {
  claim(claim: IdempotencyClaim, bodyDigest: string): Promise<ClaimOutcome>;
  /** The answer to give to whoever repeats the request. A handler may have settled it with its transaction already. */
  settle(claim: IdempotencyClaim, answer: AnswerOf<Route>): Promise<void>;
  /** The request was refused or failed, and may be tried again. */
  release(claim: IdempotencyClaim): Promise<void>;
}

const keyForm = /^[\x21-\x7e]{1,255}$/;

/**
 * Carries a request out once for each key: the same key and body get the same answer, another body is refused, and one
 * that is still running is told so.
 */
export const answerOnce = async (
  store: IdempotencyStore,
  claim: IdempotencyClaim,
  bodyDigest: string,
  work: (claim: IdempotencyClaim) => Promise<AnswerOf<Route> | Refusal>,
): Promise<AnswerOf<Route> | Refusal> => {
  if (!keyForm.test(claim.key)) {
    const detail = 'must be 1 to 255 visible ASCII characters';
    return refuse('invalid_input', { errors: [{ pointer: '/header/Idempotency-Key', detail }] });
  }
  const claimed = await store.claim(claim, bodyDigest);
  if (claimed.outcome === 'answered') return claimed.answer;
  if (claimed.outcome === 'running') return refuse('request_in_progress', { retryAfterSeconds: 1 });
  if (claimed.outcome === 'other_body') return refuse('idempotency_key_reused');
  try {
    const outcome = await work(claim);
    if ('refused' in outcome) await store.release(claim);
    else await store.settle(claim, outcome);
    return outcome;
  } catch (error) {
    // What the handler committed it has settled in the same transaction, and that a release does not touch.
    await store.release(claim).catch(() => undefined);
    throw error;
  }
};
