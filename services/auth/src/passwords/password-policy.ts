import { type Refusal, refuse } from '@rollcall/types/problems';

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
 */
export const judgePassword = async (password: string): Promise<Refusal | undefined> => {
  const folded = password.toLowerCase();
  const letters = folded.replace(/[^a-z]/g, '');
  if (!(await commonPasswords()).has(folded) && !ourWords.includes(letters) && !isOneCharacter(password))
    return undefined;
  return refuse('weak_password', {
    errors: [{ pointer: '/body/password', detail: 'is among the passwords that are guessed first' }],
  });
};

const isOneCharacter = (password: string): boolean => new Set(password).size === 1;
