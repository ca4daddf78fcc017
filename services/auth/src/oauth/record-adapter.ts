import type { Queryable, Transaction } from '@rollcall/database/connect';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import * as store from '../store/oauth-records.ts';
import { currentRequest } from './current-request.ts';

type RecordPorts = Pick<Ports, 'config' | 'connection' | 'feed' | 'recordSeal'>;

/** Kept the first time only: seen once more, it is a replay (RFC 9449 section 11.1, RFC 7523 section 3). */
const keptOnce = 'ReplayDetection';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Keeps one kind of the provider's records in Postgres. */
export const createRecordAdapter = (ports: RecordPorts, kind: string): Adapter => {
  const { config, connection, feed, recordSeal } = ports;
  const { db } = connection;
  // Gateways ask about access tokens, and do so without handing them on.
  const digest = (id: string) => recordSeal.digestOf(kind, kind === store.accessTokenKind ? digestOf(id) : id);
  const grantDigest = (grantId: string) => recordSeal.digestOf('Grant', grantId);
  const origin = () => currentRequest.getStore()?.origin ?? '';

  const end = async (remove: (tx: Transaction) => Promise<string[]>): Promise<void> =>
    feed.announce(await db.transaction(async (tx) => revokeTokens(config, tx, [], await remove(tx))));

  // Nobody remembers any but access tokens.
  const endOwn = async (remove: (db: Queryable) => Promise<string[]>): Promise<void> => {
    if (kind === store.accessTokenKind) await end(remove);
    else await remove(db);
  };

  const find = async (name: store.RecordName, value: string): Promise<AdapterPayload | undefined> => {
    const found = await store.findRecord(db, kind, name, value, origin());
    if (!found) return undefined;
    // Sealed by ourselves, as the provider gave it to us.
    const payload = (await recordSeal.open(found.digest, found.sealed)) as AdapterPayload;
    if (kind === 'Interaction' && !isByWhoDecided(payload)) return undefined;
    // Who asked twice at once is told no, and loses nothing. Anybody else who comes second is the sign of a thief.
    return found.consumedAt !== null && !found.hasty
      ? { ...payload, consumed: Math.floor(found.consumedAt.getTime() / 1_000) }
      : payload;
  };

  const recordOf = async (id: string, payload: AdapterPayload): Promise<store.NewOAuthRecord> => {
    const own = digest(id);
    const grantId = kind === 'Grant' ? id : text(payload.grantId);
    const userCode = text(payload.userCode);
    return {
      kind,
      digest: own,
      sealed: await recordSeal.seal(own, payload),
      uid: null,
      userCode: userCode === undefined ? null : recordSeal.digestOf('user code', userCode),
      grantId: grantId === undefined ? null : grantDigest(grantId),
      clientId: text(payload.clientId) ?? null,
      userId: text(payload.accountId) ?? null,
      sessionId: null,
    };
  };

  return {
    upsert: async (id, given, seconds = 0) => {
      // An interaction belongs to a browser by its cookies. Which session that has by then is looked at then.
      const { session, ...rest } = given;
      const payload = kind === 'Interaction' ? { ...rest, session: { accountId: accountIn(session) } } : given;
      const record = await recordOf(id, payload);
      if (kind !== keptOnce) return store.keepRecord(db, record, seconds);
      if (!(await store.keepFirstRecord(db, record, seconds))) throw new errors.InvalidRequest('it was used before');
    },
    find: (id) => find('digest', digest(id)),
    findByUserCode: (userCode) => find('userCode', recordSeal.digestOf('user code', userCode)),
    findByUid: async () => undefined,
    destroy: (id) => endOwn((on) => store.removeRecord(on, kind, digest(id))),
    revokeByGrantId: (grantId) => endOwn((on) => store.removeRecordsOfGrant(on, kind, grantDigest(grantId))),
    consume: async (id) => {
      if (await store.consumeRecord(db, kind, digest(id), origin())) return;
      // Somebody else was faster. From elsewhere, one of the two has stolen it.
      const found = await store.findRecord(db, kind, 'digest', digest(id), origin());
      const stolen = found && !found.hasty ? found.grantId : null;
      if (stolen !== null) await end((tx) => store.removeGrant(tx, stolen));
      throw new errors.InvalidGrant('it was used already');
    },
  };
};

const accountIn = (session: unknown): string | undefined =>
  typeof session === 'object' && session !== null && 'accountId' in session ? text(session.accountId) : undefined;

/** What somebody has decided goes on as long as they are signed in, and for nobody else. */
const isByWhoDecided = ({ result }: AdapterPayload): boolean =>
  result?.login === undefined || result.login.accountId === currentRequest.getStore()?.signedIn?.userId;
