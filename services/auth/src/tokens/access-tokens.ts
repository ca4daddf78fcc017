import { newId } from '@rollcall/service-kit/identity';
import { firstPartyClient } from '@rollcall/types/first-party';
import { SignJWT } from 'jose';
import type { Config } from '../config.ts';
import { assuranceOf } from '../factors/assurance.ts';
import type { Session } from '../store/sessions.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Who acts in somebody else's name (RFC 8693 section 4.1), by which session of theirs, and what for at most. */
export interface Impersonation {
  readonly act: { readonly sub: string; readonly sid: string };
  readonly scope: string;
}

/**
 * An access token after RFC 9068. It says who and how they proved it, never what they may do: rights are asked for,
 * so that taking one away bites at once. It ends with its session at the latest.
 */
export const signAccessToken = async (
  config: Config,
  keys: Pick<SigningKeys, 'current'>,
  session: Pick<Session, 'id' | 'userId' | 'methods' | 'authenticatedAt' | 'expiresAt'>,
  impersonation: Impersonation | undefined = undefined,
): Promise<string> => {
  const key = await keys.current();
  const now = Math.floor(Date.now() / 1000);
  const end = Math.floor(session.expiresAt.getTime() / 1000);
  return new SignJWT({
    sid: session.id,
    client_id: firstPartyClient,
    auth_time: Math.floor(session.authenticatedAt.getTime() / 1000),
    amr: session.methods,
    acr: assuranceOf(session.methods),
    ...impersonation,
  })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: 'at+jwt' })
    .setIssuer(config.issuer)
    .setAudience(config.issuer)
    .setSubject(session.userId)
    .setJti(newId())
    .setIssuedAt(now)
    .setExpirationTime(Math.min(now + config.accessTokenLifetimeMilliseconds / 1000, end))
    .sign(key.privateKey);
};
