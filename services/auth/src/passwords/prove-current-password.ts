import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { type Credential, findCredentialOf } from '../store/credentials.ts';

/**
 * A signed-in person proves their password. A stolen session may not be used to guess it without end.
 *
 * @param elsewhere whether it is theirs where it is kept outside; nobody is asked unless told
 */
export const proveCurrentPassword = (
  ports: Ports,
  password: string,
  context: CallContext,
  elsewhere: (credential: Credential) => Promise<boolean | Refusal> = async () => false,
): Promise<Credential | Refusal> => {
  const { userId } = context.signedIn;
  return ports.guard.attempt({ userId }, context.hop, async () => {
    const credential = await findCredentialOf(ports.connection.db, userId);
    const verdict = await ports.hasher.verify(credential?.passwordHash, password, context.hop.ipAddress);
    if (isRefusal(verdict)) return verdict;
    if (!credential) return refuse('invalid_credentials');
    const isProved = verdict.matches || (await elsewhere(credential));
    if (isRefusal(isProved)) return isProved;
    return isProved ? credential : refuse('invalid_credentials');
  });
};
