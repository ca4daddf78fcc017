import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { listPasswords } from '../store/credentials.ts';
import { formerPassword } from './password-hasher.ts';

const wasTheirs: Refusal = refuse('weak_password', {
  errors: [{ pointer: '/body/password', detail: 'is one that you had before' }],
});

/** The hash of a password that somebody is to have from now on, unless it is among their last ones. */
export const hashNewPassword = async (
  { config, connection, hasher }: Ports,
  userId: string,
  password: string,
  ipAddress: string,
): Promise<string | Refusal> => {
  const before = (await listPasswords(connection.db, userId)).slice(0, config.passwordsRemembered);
  const hash = await hasher.hashNew(password, before, ipAddress);
  if (isRefusal(hash)) return hash;
  return hash === formerPassword ? wasTheirs : hash;
};
