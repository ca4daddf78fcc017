import type { HopContext } from '@rollcall/service-kit/actor';
import { sessionId, userId } from '@rollcall/types/ids';
import type { TokenHolder } from '@rollcall/types/routes/auth/tokens';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { accessTokenKind, findRecord } from '../store/oauth-records.ts';
import { findSupport, footingOf, keptFooting, scopesIn } from './footing.ts';

/** What of a token the provider keeps that matters here. */
const accessToken = keptFooting.extend({
  accountId: userId,
  clientId: z.string(),
  aud: z.string(),
  scope: z.string().default(''),
  /** A token that is bound to a key (RFC 9449) is none for whoever only bears it. */
  jkt: z.never().optional(),
  /** How the person had signed in: without that it would pass for a key, of which no second factor is wanted. */
  extra: z.object({ amr: z.array(z.string()).min(1) }),
});

/**
 * In whose name an application speaks at our own routes: that of somebody who let it, may come in, and for a token that
 * goes with their sign-in, is still signed in.
 *
 * @param digest SHA-256 of the token
 */
export const findOAuthTokenHolder = async (
  ports: Ports,
  digest: string,
  hop: HopContext,
): Promise<TokenHolder | undefined> => {
  const { config, connection, recordSeal } = ports;
  const own = recordSeal.digestOf(accessTokenKind, digest);
  const record = await findRecord(connection.db, accessTokenKind, 'digest', own, '');
  if (!record) return undefined;
  const { success, data: token } = accessToken.safeParse(await recordSeal.open(own, record.sealed));
  if (!success || token.aud !== config.issuer) return undefined;
  const scopes = scopesIn(token.scope);
  const support = await findSupport(ports, { ...token, scopes }, footingOf(recordSeal, token), hop);
  if (!support) return undefined;
  // What outlives sessions stands for itself, by the consent that it rests on.
  const lasting =
    'signedIn' in support
      ? { sessionId: support.signedIn.sessionId, methods: [...support.signedIn.methods] }
      : { sessionId: support.consent.id, methods: token.extra.amr };
  return {
    userId: token.accountId,
    tokenId: own,
    scopes,
    expiresAt: record.expiresAt.toISOString(),
    ...lasting,
    sessionId: sessionId.parse(lasting.sessionId),
  };
};
