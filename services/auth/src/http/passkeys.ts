import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/passkeys';
import { tellAdded, tellRemoved } from '../factors/factor-changes.ts';
import { proveFresh } from '../factors/freshness.ts';
import { authenticationOptions, registrationOptions, verifyAttestation } from '../factors/passkeys.ts';
import type { Ports } from '../ports.ts';
import { findCredentialOf } from '../store/credentials.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';
import * as store from '../store/passkeys.ts';
import { findPendingSignIn } from '../store/pending-sign-ins.ts';
import { keepingAWayIn } from '../way-in.ts';

export const passkeyHandlers = (ports: Ports) => [
  handle(routes.beginPasskey, async (_, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId, sessionId } = context.signedIn;
    const { db } = ports.connection;
    if ((await store.countPasskeys(db, userId)) >= ports.config.factorsEach) return refuse('too_many_factors');
    const credential = await findCredentialOf(db, userId);
    const name = credential?.usernameKey ?? userId;
    return answer(200, { options: { ...(await registrationOptions(ports, { userId, sessionId, name })) } });
  }),

  handle(routes.addPasskey, async ({ body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const added = await add(ports, body, context);
    return isRefusal(added) ? added : answer(201, added);
  }),

  handle(routes.listPasskeys, async (_, { signedIn }) => {
    const passkeys = await store.listPasskeys(ports.connection.db, signedIn.userId);
    return answer(200, { items: passkeys.map(described) });
  }),

  handle(routes.renamePasskey, async ({ params, body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId } = context.signedIn;
    const passkey = await store.renamePasskey(ports.connection.db, userId, params.passkeyId, body.name);
    return passkey ? answer(200, described(passkey)) : refuse('not_found');
  }),

  handle(routes.removePasskey, async ({ params }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    return (await remove(ports, params.passkeyId, context)) ?? answer(200, { removed: true });
  }),

  handle(routes.askForPasskey, async ({ body }) => {
    const options = await optionsFor(ports, body.mfaToken);
    return options ? answer(200, { options: { ...options } }) : refuse('sign_in_expired');
  }),
];

/** For whoever is nobody yet, any passkey; for whoever has proved a first factor, one of theirs. */
const optionsFor = async (ports: Ports, mfaToken: string | undefined) => {
  if (mfaToken === undefined) return authenticationOptions(ports, { purpose: 'sign_in' }, undefined);
  const { db } = ports.connection;
  const tokenDigest = digestOf(mfaToken);
  const pending = await findPendingSignIn(db, tokenDigest);
  if (!pending) return undefined;
  const passkeys = await store.listPasskeys(db, pending.userId);
  return authenticationOptions(ports, { purpose: 'second_factor', askedBy: tokenDigest }, passkeys);
};

const described = ({ id, name, synced, createdAt, lastUsedAt }: store.Passkey) => ({
  id: entityId.parse(id),
  name,
  synced,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

interface NewPasskey {
  readonly name?: string | undefined;
  readonly response: routes.PasskeyAttestation;
  readonly endOtherSessions?: boolean | undefined;
}

const add = async (ports: Ports, { name, response, endOtherSessions = false }: NewPasskey, context: CallContext) => {
  const { userId, sessionId } = context.signedIn;
  const attested = await verifyAttestation(ports, sessionId, response);
  if ('refused' in attested) {
    context.log.info({ reason: attested.refused }, 'a passkey was refused');
    return refuse('passkey_refused');
  }
  const { credential, credentialDeviceType } = attested;
  const passkey = {
    id: newId(),
    userId,
    credentialId: credential.id,
    name: name ?? 'Passkey',
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    signCount: credential.counter,
    synced: credentialDeviceType === 'multiDevice',
    transports: response.response.transports ?? [],
  };
  const outcome = await ports.events.transact(async (tx, emit) => {
    if (!(await holdSignedIn(tx, context.signedIn))) return refuse('not_found') satisfies Refusal;
    if ((await store.countPasskeys(tx, userId)) >= ports.config.factorsEach) return refuse('too_many_factors');
    const inserted = await store.insertPasskey(tx, passkey);
    // Somebody has it already; who, is nobody's business.
    if (!inserted) return refuse('passkey_refused');
    const factor = { factorId: entityId.parse(inserted.id), kind: 'passkey' } as const;
    return { inserted, ...(await tellAdded(ports, tx, emit, factor, endOtherSessions, context)) };
  });
  if (isRefusal(outcome)) return outcome;
  ports.feed.announce(outcome.revoked);
  return { ...described(outcome.inserted), recoveryCodes: outcome.recoveryCodes };
};

const remove = (ports: Ports, passkeyId: string, context: CallContext): Promise<Refusal | undefined> => {
  const { userId } = context.signedIn;
  return keepingAWayIn(ports, context.signedIn, async (tx, emit) => {
    if (!(await store.deletePasskey(tx, userId, passkeyId))) return false;
    await tellRemoved(tx, emit, { factorId: entityId.parse(passkeyId), kind: 'passkey' }, context);
    return true;
  });
};
