import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { listPasswords } from '../store/credentials.ts';

const wasTheirs: Refusal = refuse('weak_password', {
  errors: [{ pointer: '/body/password', detail: 'is one that you had before' }],
});

/** Why a password may not be taken, if so: it is among the person's last ones. Each is compared with, one after the other. */
export const refuseFormer = async (
  { config, connection, hasher }: Ports,
  userId: string,
  password: string,
  ipAddress: string,
): Promise<Refusal | undefined> => {
  const former = (await listPasswords(connection.db, userId)).slice(0, config.passwordsRemembered);
  for (const hash of former) {
    const verdict = await hasher.verify(hash, password, ipAddress);
    if (isRefusal(verdict)) return verdict;
    if (verdict.matches) return wasTheirs;
  }
  return undefined;
};
