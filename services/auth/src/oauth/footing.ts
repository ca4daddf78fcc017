import type { HopContext } from '@rollcall/service-kit/actor';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { findClient, type OAuthClient } from '../store/oauth-clients.ts';
import { findConsent, type OAuthConsent } from '../store/oauth-consents.ts';
import { findRecord } from '../store/oauth-records.ts';
import type { SignedIn } from '../store/signed-in.ts';
import { findAccount } from './accounts.ts';
import { isForThem } from './members-only.ts';
import type { RecordSeal } from './record-seal.ts';
import { signedInBy } from './signed-in-by.ts';

/**
 * What something stands on that an application was given: a grant, and the sign-in whose end is its own, if there is one.
 * Both by their digests, by which nobody else finds anything; so it may be told in a signed token, which is kept nowhere.
 */
export const footing = z.object({ grant: z.string(), session: z.string().optional() });
export type Footing = z.output<typeof footing>;

/** Where a signed token tells it. */
export const footingClaim = 'stands_on';

/** What the provider says of that, in whatever it keeps or issues. */
export const keptFooting = z.object({
  grantId: z.string(),
  expiresWithSession: z.boolean().default(false),
  sessionUid: z.string().optional(),
});

interface Kept {
  readonly grantId?: string | undefined;
  readonly expiresWithSession?: boolean | undefined;
  readonly sessionUid?: string | undefined;
}

/** What says neither stands on nothing that there is. */
export const footingOf = (
  seal: Pick<RecordSeal, 'digestOf'>,
  { grantId = '', expiresWithSession, sessionUid = '' }: Kept,
): Footing => ({
  grant: seal.digestOf('Grant', grantId),
  ...(expiresWithSession ? { session: seal.digestOf('uid', sessionUid) } : {}),
});

/** A client that is not disabled. */
export const findLiveClient = async (
  { connection }: Pick<Ports, 'connection'>,
  clientId: string,
): Promise<OAuthClient | undefined> => {
  const client = await findClient(connection.db, clientId);
  return client?.disabledAt === null ? client : undefined;
};

/** As tokens say them: with spaces between (RFC 6749 section 3.3). */
export const scopesIn = (scope = ''): string[] => scope.split(' ').filter((one) => one !== '');

/** Who somebody is every application may ask, whatever it says of itself. */
const mayHave = ({ settings }: OAuthClient, scopes: readonly string[]): boolean => {
  const allowed: readonly string[] = ['openid', ...settings.scopes];
  return scopes.every((scope) => allowed.includes(scope));
};

interface Whose {
  readonly accountId: string;
  readonly clientId: string;
  /** Applications that it came through by exchange. */
  readonly through?: readonly string[];
  /** What it is good for: each of these applications has to be one that may have that. */
  readonly scopes?: readonly string[];
}

/**
 * The sign-in or the consent that holds it up; undefined once anything of it is gone: the grant, the application, the
 * person's right to come in, their sign-in, or what they consented to.
 */
export const findSupport = async (
  ports: Pick<Ports, 'client' | 'config' | 'connection'>,
  { accountId, clientId, through = [], scopes = [] }: Whose,
  { grant: grantDigest, session: uid }: Footing,
  hop: HopContext | undefined,
): Promise<{ readonly signedIn: SignedIn } | { readonly consent: OAuthConsent } | undefined> => {
  const { db } = ports.connection;
  const grant = await findRecord(db, 'Grant', 'digest', grantDigest, '');
  if (grant?.userId !== accountId || grant.clientId === null) return undefined;
  // What was exchanged is one application's, and stands on what the person let another have, and on all that came between.
  for (const id of new Set([clientId, grant.clientId, ...through])) {
    const client = await findLiveClient(ports, id);
    if (!client || !mayHave(client, scopes)) return undefined;
    if (!(await isForThem(ports, client.organizationId, accountId, hop))) return undefined;
  }
  if (!(await findAccount(ports, accountId))) return undefined;
  if (uid === undefined) {
    const consent = await findConsent(db, accountId, grant.clientId);
    return consent && { consent };
  }
  const session = await findRecord(db, 'Session', 'uid', uid, '');
  const signedIn = session && (await signedInBy(ports, session, hop));
  return signedIn?.userId === accountId ? { signedIn } : undefined;
};
