import { refuse } from '@rollcall/types/problems';
import { describe, expect, it } from 'vitest';
import { answerOnce, type ClaimOutcome, type IdempotencyStore } from './idempotency.ts';

const done = { status: 201 as const, body: { id: 1 } };
const claim = { caller: 'somebody', operation: 'createThing', key: 'k-1' };

const storeThatSays = (outcome: ClaimOutcome) => {
  const calls: string[] = [];
  const store: IdempotencyStore = {
    claim: async () => outcome,
    settle: async () => void calls.push('settle'),
    release: async () => void calls.push('release'),
  };
  return { store, calls };
};
const claimed = { outcome: 'claimed', claim } as const;

describe('a request with an Idempotency-Key', () => {
  it('is carried out and its answer kept, the first time', async () => {
    const { store, calls } = storeThatSays(claimed);
    expect(await answerOnce(store, claim, 'digest', async () => done)).toEqual(done);
    expect(calls).toEqual(['settle']);
  });

  it.each([
    ['answered before', { outcome: 'answered', answer: done }, done],
    ['still running', { outcome: 'running' }, { refused: 'request_in_progress' }],
    ['with another body', { outcome: 'other_body' }, { refused: 'idempotency_key_reused' }],
  ] as const)('that was %s is not carried out again', async (_, outcome, expected) => {
    const { store, calls } = storeThatSays(outcome);
    const work = async () => {
      throw new Error('must not run');
    };
    expect(await answerOnce(store, claim, 'digest', work)).toMatchObject(expected);
    expect(calls).toEqual([]);
  });

  it('may be tried again after a refusal or a failure', async () => {
    const { store, calls } = storeThatSays(claimed);
    await answerOnce(store, claim, 'digest', async () => refuse('username_taken'));
    const failing = async () => {
      throw new Error('down');
    };
    await expect(answerOnce(store, claim, 'digest', failing)).rejects.toThrow('down');
    expect(calls).toEqual(['release', 'release']);
  });

  it.each(['', 'with space', 'x'.repeat(256), 'ü', 'a\u0000b'])('whose key is %j is refused', async (key) => {
    const { store } = storeThatSays(claimed);
    const answer = await answerOnce(store, { ...claim, key }, 'digest', async () => done);
    expect(answer).toMatchObject({ refused: 'invalid_input', errors: [{ pointer: '/header/Idempotency-Key' }] });
  });
});
