import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { keepParticipants } from '../store/oauth-logouts.ts';
import * as store from '../store/oauth-records.ts';
import type { SignedIn } from '../store/signed-in.ts';
import { currentHop, currentRequest } from './current-request.ts';
import { loginOf } from './login.ts';
import { signedInBy } from './signed-in-by.ts';

const kind = 'Session';
const authorizations = z.record(z.string(), z.object({ sid: z.string().optional() }));

/** The applications that take part in a session, and what each calls it; one that has only asked has no name for it yet. */
const participantsIn = ({ authorizations: given = {} }: AdapterPayload) =>
  Object.entries(authorizations.parse(given)).flatMap(([clientId, { sid }]) =>
    sid === undefined ? [] : [{ clientId, sid }],
  );

const newName = (): string => randomBytes(32).toString('base64url');

/**
 * The provider's sessions. Who is signed in is never theirs to say: it is read from our own session each time, so that
 * one that ends takes everything with it, and none can be planted in a browser (FAULTS N30). What the provider adds is
 * which applications take part. A browser where nobody is signed in has one for its forms.
 */
export const createSessionAdapter = (ports: Ports): Adapter => {
  const { recordSeal } = ports;
  const { db } = ports.connection;
  const digest = (id: string) => recordSeal.digestOf(kind, id);
  const signedIn = (): SignedIn | undefined => currentRequest.getStore()?.signedIn;
  // Sealed by ourselves, as the provider gave it to us.
  const open = async (record: store.OAuthRecord) =>
    (await recordSeal.open(record.digest, record.sealed)) as AdapterPayload;
  const withLogin = (payload: AdapterPayload, who: SignedIn | undefined): AdapterPayload =>
    who ? { ...payload, ...loginOf(who) } : payload;

  return {
    find: async (id) => {
      const who = signedIn();
      const kept = await store.findRecord(db, kind, 'digest', digest(id), '');
      if (kept && (kept.sessionId === null || kept.sessionId === who?.sessionId))
        return withLogin(await open(kept), who);
      if (!who) return undefined;
      const own = await store.findRecordOfSession(db, who.sessionId);
      return withLogin(own ? await open(own) : { kind, jti: newName(), uid: newName() }, who);
    },
    /** For tokens that are good as long as somebody is signed in. */
    findByUid: async (uid) => {
      const kept = await store.findRecord(db, kind, 'uid', recordSeal.digestOf('uid', uid), '');
      const who = kept && (await signedInBy(ports, kept, currentHop()));
      return who && withLogin(await open(kept), who);
    },
    upsert: async (id, given, seconds = 0) => {
      const { accountId, loginTs: _, amr: __, acr: ___, ...payload } = given;
      const who = signedIn();
      const own = digest(id);
      const sessionId = who !== undefined && who.userId === accountId ? who.sessionId : null;
      const record = {
        kind,
        digest: own,
        sealed: await recordSeal.seal(own, payload),
        uid: recordSeal.digestOf('uid', String(payload.uid)),
        userCode: null,
        grantId: null,
        clientId: null,
        userId: null,
        sessionId,
      };
      await db.transaction(async (tx) => {
        await store.keepRecord(tx, record, seconds);
        if (sessionId !== null) await keepParticipants(tx, sessionId, participantsIn(payload));
      });
    },
    destroy: async (id) => {
      await store.removeRecord(db, kind, digest(id));
    },
    findByUserCode: async () => undefined,
    consume: async () => undefined,
    revokeByGrantId: async () => undefined,
  };
};
