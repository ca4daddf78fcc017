import type { Transaction } from '@rollcall/database/connect';
import { addPerson } from './people.ts';
import { endSignUp, type SignUp } from './sign-ups.ts';
import { keepUsername } from './usernames.ts';

/**
 * Makes a person of a sign-up that the transaction holds. False when the address was confirmed through another sign-up
 * in the meantime: the first one has it, and this one is over, gives its username back and leaves nothing readable.
 */
export const confirmSignUp = async (tx: Transaction, signUp: SignUp): Promise<boolean> => {
  const confirmed = await addPerson(tx, signUp);
  if (confirmed) await keepUsername(tx, signUp.userId);
  await endSignUp(tx, signUp.userId, confirmed);
  return confirmed;
};
