import type { Account } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { findCredentialOf } from '../store/credentials.ts';

/** The account of a person, as long as nothing keeps them out; nothing is issued, refreshed or told without one. */
export const findAccount = async (
  { connection }: Pick<Ports, 'connection'>,
  userId: string,
): Promise<Account | undefined> => {
  const credential = await findCredentialOf(connection.db, userId);
  if (!credential || credential.disabledAt !== null || credential.emailKey === null) return undefined;
  const { emailKey, usernameKey } = credential;
  return {
    accountId: userId,
    // The provider gives out of these what the scopes allow. Only confirmed addresses are kept with a password.
    claims: () => ({
      sub: userId,
      email: emailKey,
      email_verified: true,
      ...(usernameKey === null ? {} : { preferred_username: usernameKey }),
    }),
  };
};
