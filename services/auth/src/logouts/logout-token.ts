import { newId } from '@rollcall/service-kit/identity';
import { SignJWT } from 'jose';
import type { Ports } from '../ports.ts';
import type { OAuthLogout } from '../store/oauth-logouts.ts';

/** What says that it is no ID token (Back-Channel Logout section 2.4). */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Good for two minutes; each attempt has one of its own. */
export const signLogoutToken = async (
  { config, keys }: Pick<Ports, 'config' | 'keys'>,
  { clientId, userId, sid }: OAuthLogout,
  namesSession: boolean,
): Promise<string> => {
  const key = await keys.current();
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ events: { [logoutEvent]: {} }, ...(namesSession ? { sid } : {}) })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: 'logout+jwt' })
    .setIssuer(config.issuer)
    .setAudience(clientId)
    .setSubject(userId)
    .setJti(newId())
    .setIssuedAt(now)
    .setExpirationTime(now + 120)
    .sign(key.privateKey);
};
