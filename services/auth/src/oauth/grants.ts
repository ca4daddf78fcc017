import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { findConsent, isConsentGiven } from '../store/oauth-consents.ts';
import type { Granted } from '../store/tables/oauth.ts';

/** Puts into a grant what was consented to. */
export const fillGrant = (grant: Grant, { openid, resources }: Granted): Grant => {
  if (openid.length > 0) grant.addOIDCScope(openid.join(' '));
  for (const [resource, scopes] of Object.entries(resources)) grant.addResourceScope(resource, scopes.join(' '));
  return grant;
};

/**
 * The grant that an authorization goes on with: the one that was just decided, that of this session, or a new one after
 * what the person has consented to earlier, so that nobody is asked the same thing at every sign-in.
 */
export const createGrantLoader =
  ({ connection }: Pick<Ports, 'connection'>) =>
  async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, account, session, result, provider } = ctx.oidc;
    if (!client || !account) return undefined;
    const decided = result?.consent?.grantId;
    // Nobody but itself says who it is: what somebody let one of that name do before says nothing.
    if (decided === undefined && client.self_registered === true) return undefined;
    const known = decided ?? session?.grantIdFor(client.clientId);
    const found = known === undefined ? undefined : await provider.Grant.find(known);
    if (found?.accountId === account.accountId && found.clientId === client.clientId) return found;
    const consent = await findConsent(connection.db, account.accountId, client.clientId);
    if (!consent) return undefined;
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    await fillGrant(grant, consent.granted).save();
    // Whoever took it back meanwhile did not find this grant.
    if (!(await isConsentGiven(connection.db, consent.id))) {
      await grant.destroy();
      return undefined;
    }
    return grant;
  };
