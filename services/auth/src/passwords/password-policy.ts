import { isOwnName } from '@rollcall/types/people';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Credential } from '../store/credentials.ts';

let common: Promise<ReadonlySet<string>> | undefined;

// Some 49,000 passwords that leaked most often; read when the first password is set, not at every start.
const commonPasswords = (): Promise<ReadonlySet<string>> => {
  common ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  return common;
};

/** Words an attacker tries first here. */
const ourWords = ['rollcall'];

/**
 * Refuses a password that is on the list of common ones, whatever its case, or little more than one of our own words.
 * Length is judged by the schema of every route that sets one; there are no rules of composition (NIST SP 800-63B).
 *
 * @param owner by what names the person is known; absent for a sign-up, whose names registration alone knows and judges
 */
export const judgePassword = async (
  password: string,
  owner?: Pick<Credential, 'emailKey' | 'usernameKey'>,
): Promise<Refusal | undefined> => {
  const folded = password.toLowerCase();
  const letters = folded.replace(/[^a-z]/g, '');
  const isEasy =
    ourWords.includes(letters) ||
    isOneCharacter(password) ||
    isOwnName(password, { email: owner?.emailKey ?? '', username: owner?.usernameKey ?? '' }) ||
    (await commonPasswords()).has(folded);
  if (!isEasy) return undefined;
  return refuse('weak_password', {
    errors: [{ pointer: '/body/password', detail: 'is among the passwords that are guessed first' }],
  });
};

const isOneCharacter = (password: string): boolean => new Set(password).size === 1;
