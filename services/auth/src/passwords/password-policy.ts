import { type Refusal, refuse } from '@rollcall/types/problems';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import type { Credential } from '../store/credentials.ts';
import type { BreachLookup } from './breach-lookup.ts';

interface Judge {
  /** Some 49,000 passwords that leaked most often. */
  readonly common: ReadonlySet<string>;
  readonly estimator: ZxcvbnFactory;
}

let judge: Promise<Judge> | undefined;

// Read when the first password is set, not at every start.
const loadJudge = (): Promise<Judge> => {
  judge ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory: Estimator }, { adjacencyGraphs: graphs, dictionary }]) => ({
      common: new Set(dictionary['passwords-common']),
      estimator: new Estimator({ dictionary, graphs }),
    }),
  );
  return judge;
};

/** Words an attacker tries first here. */
const ourWords = ['rollcall'];

/** A hundred million guesses, which nobody makes online, and few offline against argon2id. */
const strongEnough = 3;

/** Estimating takes time that grows with the square of the length; so much of a password tells enough. */
const estimatedCharacters = 32;

/** What is known of whose password it is: nothing an attacker would not try first. */
export type OwnWords = readonly string[];

export const ownWordsOf = (owner: Pick<Credential, 'emailKey' | 'usernameKey'> | undefined): OwnWords =>
  [owner?.emailKey, owner?.usernameKey].filter((word) => typeof word === 'string');

/**
 * Refuses a password that is on the list of common ones, whatever its case, little more than one of our own words or a
 * name of its owner, or that few enough guesses would find. Length is judged by the schema of every route that sets one;
 * there are no rules of composition (NIST SP 800-63B).
 *
 * @param own e-mail address, username and other names of the person
 * @param hasLeaked asked last, and only about a password that is good otherwise
 */
export const judgePassword = async (
  password: string,
  own: OwnWords,
  hasLeaked: BreachLookup,
): Promise<Refusal | undefined> => {
  const { common, estimator } = await loadJudge();
  const folded = password.toLowerCase();
  const letters = folded.replace(/[^a-z]/g, '');
  if (ourWords.includes(letters) || own.some((word) => isOwnName(password, word)) || common.has(folded)) {
    return tooWeak('is among the passwords that are guessed first');
  }
  const start = Array.from(password).slice(0, estimatedCharacters).join('');
  const { score } = estimator.check(start, [...ourWords, ...own, ...own.flatMap(partsOf)]);
  if (score < strongEnough) return tooWeak('is too easy to guess: a few more words would do');
  return (await hasLeaked(password)) ? tooWeak('has leaked somewhere: choose one of your own') : undefined;
};

/** The address, the part of it before the @, or another name, whatever the case. */
const isOwnName = (password: string, word: string): boolean =>
  [word, word.split('@')[0]].some((own) => own?.toLowerCase() === password.toLowerCase());

const partsOf = (word: string): string[] => word.split(/[^\p{L}\p{N}]+/u).filter(({ length }) => length > 2);

const tooWeak = (detail: string): Refusal =>
  refuse('weak_password', { errors: [{ pointer: '/body/password', detail }] });
