import type { Transaction } from '@rollcall/database/connect';
import { eq } from 'drizzle-orm';
import { addPerson } from './people.ts';
import { usernames } from './schema.ts';
import { type SignUp, takeSignUp } from './sign-ups.ts';
import { keepUsername } from './usernames.ts';

/**
 * Makes a person of a sign-up. Undefined when it lapsed, or when the address was confirmed through another sign-up in
 * the meantime: the first one has it, and this one is over and gives its username back.
 */
export const confirmSignUp = async (tx: Transaction, userId: string): Promise<SignUp | undefined> => {
  const signUp = await takeSignUp(tx, userId);
  if (!signUp || !(await keepUsername(tx, userId))) return undefined;
  if (await addPerson(tx, signUp)) return signUp;
  await tx.delete(usernames).where(eq(usernames.userId, userId));
  return undefined;
};
