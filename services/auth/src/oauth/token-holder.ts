import { sessionId, userId } from '@rollcall/types/ids';
import type { TokenHolder } from '@rollcall/types/routes/auth/tokens';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { findClient } from '../store/oauth-clients.ts';
import { findConsent } from '../store/oauth-consents.ts';
import { accessTokenKind, findRecord } from '../store/oauth-records.ts';
import { findAccount } from './accounts.ts';
import { signedInBy } from './signed-in-by.ts';

/** What of a token the provider keeps that matters here. */
const accessToken = z.object({
  accountId: userId,
  clientId: z.string(),
  grantId: z.string(),
  aud: z.string(),
  scope: z.string().default(''),
  expiresWithSession: z.boolean().default(false),
  sessionUid: z.string().optional(),
  /** A token that is bound to a key (RFC 9449) is none for whoever only bears it. */
  jkt: z.never().optional(),
  /** How the person had signed in: without that it would pass for a key, of which no second factor is wanted. */
  extra: z.object({ amr: z.array(z.string()).min(1) }),
});
type AccessToken = z.output<typeof accessToken>;

/**
 * In whose name an application speaks at our own routes: that of somebody who let it, may come in, and for a token that
 * goes with their sign-in, is still signed in.
 *
 * @param digest SHA-256 of the token
 */
export const findOAuthTokenHolder = async (ports: Ports, digest: string): Promise<TokenHolder | undefined> => {
  const { config, connection, recordSeal } = ports;
  const { db } = connection;
  const own = recordSeal.digestOf(accessTokenKind, digest);
  const record = await findRecord(db, accessTokenKind, 'digest', own, '');
  if (!record) return undefined;
  const { success, data: token } = accessToken.safeParse(await recordSeal.open(own, record.sealed));
  if (!success || token.aud !== config.issuer) return undefined;
  const grant = await findRecord(db, 'Grant', 'digest', recordSeal.digestOf('Grant', token.grantId), '');
  if (grant?.userId !== token.accountId || grant.clientId !== token.clientId) return undefined;
  const client = await findClient(db, token.clientId);
  if (!client || client.disabledAt !== null || !(await findAccount(ports, token.accountId))) return undefined;
  const lasting = token.expiresWithSession ? await signedIn(ports, token) : await consented(ports, token);
  return (
    lasting && {
      userId: token.accountId,
      tokenId: own,
      scopes: token.scope.split(' ').filter((scope) => scope !== ''),
      expiresAt: record.expiresAt.toISOString(),
      ...lasting,
    }
  );
};

type Lasting = Pick<TokenHolder, 'sessionId' | 'methods'>;

const signedIn = async (ports: Ports, { accountId, sessionUid }: AccessToken): Promise<Lasting | undefined> => {
  if (sessionUid === undefined) return undefined;
  const uid = ports.recordSeal.digestOf('uid', sessionUid);
  const session = await findRecord(ports.connection.db, 'Session', 'uid', uid, '');
  const who = session && (await signedInBy(ports, session));
  return who?.userId === accountId
    ? { sessionId: sessionId.parse(who.sessionId), methods: [...who.methods] }
    : undefined;
};

/** What outlives sessions stands for itself, by the consent that it rests on. */
const consented = async (ports: Ports, token: AccessToken): Promise<Lasting | undefined> => {
  const consent = await findConsent(ports.connection.db, token.accountId, token.clientId);
  return consent && { sessionId: sessionId.parse(consent.id), methods: token.extra.amr };
};
