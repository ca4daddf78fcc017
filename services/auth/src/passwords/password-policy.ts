import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Credential } from '../store/credentials.ts';
import type { BreachLookup } from './breach-lookup.ts';
import type { StrengthEstimator } from './strength-estimator.ts';

/** Words an attacker tries first here. */
const ourWords = ['rollcall'];

/** A hundred million guesses, which nobody makes online, and few offline against argon2id. */
const strongEnough = 3;

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
 */
export type JudgePassword = (password: string, own: OwnWords) => Promise<Refusal | undefined>;

/** @param hasLeaked asked last, and only about a password that is good otherwise */
export const createPasswordPolicy =
  (estimator: StrengthEstimator, hasLeaked: BreachLookup): JudgePassword =>
  async (password, own) => {
    const letters = password.toLowerCase().replace(/[^a-z]/g, '');
    if (ourWords.includes(letters) || own.some((word) => isOwnName(password, word))) return guessedFirst;
    const strength = await estimator.estimate(password, [...ourWords, ...own, ...own.flatMap(partsOf)]);
    if (isRefusal(strength)) return strength;
    if (strength.isCommon) return guessedFirst;
    if (strength.score < strongEnough) return tooWeak('is too easy to guess: a few more words would do');
    return (await hasLeaked(password)) ? tooWeak('has leaked somewhere: choose one of your own') : undefined;
  };

/** The address, the part of it before the @, or another name, whatever the case. */
const isOwnName = (password: string, word: string): boolean =>
  [word, word.split('@')[0]].some((own) => own?.toLowerCase() === password.toLowerCase());

const partsOf = (word: string): string[] => word.split(/[^\p{L}\p{N}]+/u).filter(({ length }) => length > 2);

const tooWeak = (detail: string): Refusal =>
  refuse('weak_password', { errors: [{ pointer: '/body/password', detail }] });

const guessedFirst = tooWeak('is among the passwords that are guessed first');
