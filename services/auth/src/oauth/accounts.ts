import { identityScopes } from '@rollcall/types/scopes';
import type { Account, Client } from 'oidc-provider';
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

/**
 * May an application still know all that something it holds would tell it of a person? The provider asks itself that of scopes
 * for APIs only.
 */
export const mayStillKnow = (
  client: Pick<Client, 'scope'> | undefined,
  held: { readonly scopes?: ReadonlySet<string> } | undefined,
): boolean => {
  const allowed = client?.scope?.split(' ') ?? [];
  return identityScopes.every((scope) => !held?.scopes?.has(scope) || allowed.includes(scope));
};
