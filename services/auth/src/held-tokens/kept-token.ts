import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { z } from 'zod';
import { findLiveClient, findSupport, footingOf, keptFooting, scopesIn } from '../oauth/footing.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { accessTokenKind, findRecord, type OAuthRecord, removeGrant, removeRecord } from '../store/oauth-records.ts';
import type { HeldToken } from './held-token.ts';
import { secondsOf } from './seconds.ts';

/** What the provider keeps of a token that is not signed. */
const ofPerson = keptFooting.extend({
  accountId: z.string(),
  clientId: z.string(),
  aud: z.string().optional(),
  scope: z.string().optional(),
  iat: z.int(),
  jkt: z.string().optional(),
  extra: z
    .object({
      sid: z.string(),
      auth_time: z.int(),
      acr: z.string(),
      amr: z.array(z.string()),
    })
    .partial()
    .optional(),
});
const ofClient = ofPerson.pick({ clientId: true, scope: true, iat: true, jkt: true });

const kinds = [accessTokenKind, 'RefreshToken', 'ClientCredentials'] as const;

/** What an application has that says nothing itself: for our own routes, for what it may know of a person, or to ask for more with. */
export const findKept = async (ports: Ports, token: string): Promise<HeldToken | undefined> => {
  for (const kind of kinds) {
    const digest = ports.recordSeal.digestOf(kind, kind === accessTokenKind ? digestOf(token) : token);
    const record = await findRecord(ports.connection.db, kind, 'digest', digest, '');
    if (record?.consumedAt === null) {
      return kind === 'ClientCredentials' ? ofItself(ports, record) : inSomebodysName(ports, record);
    }
  }
  return undefined;
};

const inSomebodysName = async (ports: Ports, record: OAuthRecord): Promise<HeldToken | undefined> => {
  const { config, recordSeal } = ports;
  const kept = ofPerson.parse(await recordSeal.open(record.digest, record.sealed));
  const isAccess = record.kind === accessTokenKind;
  return {
    said: {
      ...(isAccess ? bearing(kept) : { token_kind: 'refresh_token' }),
      ...common(ports, record, kept),
      sub: kept.accountId,
      ...(kept.aud === undefined ? {} : { aud: kept.aud }),
      ...kept.extra,
    },
    isGood: async (hop) =>
      (await findSupport(ports, { ...kept, scopes: scopesIn(kept.scope) }, footingOf(recordSeal, kept), hop)) !==
      undefined,
    end: async (tx) => {
      // RFC 7009 section 2.1: with a refresh token goes all that was given with it.
      const grant = isAccess ? null : record.grantId;
      const gone = grant === null ? await removeRecord(tx, record.kind, record.digest) : await removeGrant(tx, grant);
      return revokeTokens(config, tx, [], gone);
    },
  };
};

const ofItself = async (ports: Ports, record: OAuthRecord): Promise<HeldToken | undefined> => {
  const kept = ofClient.parse(await ports.recordSeal.open(record.digest, record.sealed));
  return {
    said: { ...bearing(kept), ...common(ports, record, kept), sub: kept.clientId },
    isGood: async () => (await findLiveClient(ports, kept.clientId)) !== undefined,
    end: async (tx) => revokeTokens(ports.config, tx, [], await removeRecord(tx, record.kind, record.digest)),
  };
};

type Kept = z.output<typeof ofClient>;

const bearing = ({ jkt }: Kept): HeldToken['said'] => ({
  token_kind: 'access_token',
  ...(jkt === undefined ? { token_type: 'Bearer' } : { token_type: 'DPoP', cnf: { jkt } }),
});

const common = ({ config }: Pick<Ports, 'config'>, { expiresAt }: OAuthRecord, kept: Kept): HeldToken['said'] => ({
  iss: config.issuer,
  client_id: kept.clientId,
  ...(kept.scope === undefined ? {} : { scope: kept.scope }),
  exp: secondsOf(expiresAt),
  iat: kept.iat,
});
