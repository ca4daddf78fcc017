import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/second-factors';
import { toString as toPicture } from 'qrcode';
import { tellAdded, tellRemoved } from '../factors/factor-changes.ts';
import { proveFresh } from '../factors/freshness.ts';
import { newTotpSecret, stepOfCode, totpUri } from '../factors/totp.ts';
import type { Ports } from '../ports.ts';
import { databaseSeconds, endAfter } from '../store/clock.ts';
import { findCredentialOf } from '../store/credentials.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';
import * as store from '../store/totp-factors.ts';

export const totpHandlers = (ports: Ports) => [
  handle(routes.enrolTotp, async ({ body }, context) => {
    const stale = await proveFresh(ports, context);
    return stale ?? enrol(ports, body.name ?? 'Authenticator app', context);
  }),

  handle(routes.confirmTotp, async ({ params, body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId } = context.signedIn;
    const confirmed = await ports.guard.attempt({ factorsOf: userId }, context.hop, () =>
      confirm(ports, params.factorId, body, context),
    );
    return isRefusal(confirmed) ? confirmed : answer(200, confirmed);
  }),

  handle(routes.listTotp, async (_, { signedIn }) => {
    const factors = await store.listTotpFactors(ports.connection.db, signedIn.userId);
    return answer(200, { items: factors.map(described) });
  }),

  handle(routes.renameTotp, async ({ params, body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId } = context.signedIn;
    const factor = await store.renameTotp(ports.connection.db, userId, params.factorId, body.name);
    return factor ? answer(200, described(factor)) : refuse('not_found');
  }),

  handle(routes.removeTotp, async ({ params }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    return (await remove(ports, params.factorId, context)) ? answer(200, { removed: true }) : refuse('not_found');
  }),
];

const described = ({ id, name, createdAt, lastUsedAt }: store.TotpFactor) => ({
  id: entityId.parse(id),
  name,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

const enrol = async ({ config, connection, events, totpSeal }: Ports, name: string, { signedIn }: CallContext) => {
  const { userId } = signedIn;
  const id = newId();
  const secret = newTotpSecret();
  const sealedSecret = await totpSeal.seal(id, secret);
  const expiresAt = await endAfter(connection.db, config.enrolmentMilliseconds);
  const credential = await findCredentialOf(connection.db, userId);
  const isBegun = await events.transact(async (tx) => {
    if (!(await holdSignedIn(tx, signedIn))) return false;
    if ((await store.countTotpFactors(tx, userId)) >= config.factorsEach) return false;
    await store.insertTotp(tx, { id, userId, name, sealedSecret, expiresAt });
    return true;
  });
  if (!isBegun) return refuse('too_many_factors');
  const uri = totpUri(new URL(config.issuer).hostname, credential?.usernameKey ?? userId, secret);
  const qr = await toPicture(uri, { type: 'svg', errorCorrectionLevel: 'M' });
  return answer(201, { id: entityId.parse(id), name, secret, uri, qr, expiresAt: expiresAt.toISOString() });
};

const confirm = async (
  ports: Ports,
  factorId: string,
  { code, endOtherSessions = false }: { readonly code: string; readonly endOtherSessions?: boolean | undefined },
  context: CallContext,
) => {
  const { connection, events, feed, totpSeal } = ports;
  const { userId } = context.signedIn;
  const pending = await store.findPendingTotp(connection.db, userId, factorId);
  if (!pending) return refuse('not_found');
  const secret = await totpSeal.open(pending.id, pending.sealedSecret);
  const step = await stepOfCode(secret, code, await databaseSeconds(connection.db), pending.usedStep);
  if (step === undefined) return refuse('invalid_credentials');

  const outcome = await events.transact(async (tx, emit) => {
    if (!(await holdSignedIn(tx, context.signedIn))) return undefined;
    const factor = await store.confirmTotp(tx, factorId, step);
    if (!factor) return undefined;
    const added = { factorId: entityId.parse(factorId), kind: 'totp' } as const;
    return { factor, ...(await tellAdded(ports, tx, emit, added, endOtherSessions, context)) };
  });
  if (!outcome) return refuse('not_found') satisfies Refusal;
  feed.announce(outcome.revoked);
  return { ...described(outcome.factor), recoveryCodes: outcome.recoveryCodes };
};

const remove = (ports: Ports, factorId: string, context: CallContext): Promise<boolean> =>
  ports.events.transact(async (tx, emit) => {
    const { userId } = context.signedIn;
    if (!(await holdSignedIn(tx, context.signedIn))) return false;
    const factor = await store.deleteTotp(tx, userId, factorId);
    if (!factor) return false;
    // One that was never confirmed was never a way in.
    if (factor.expiresAt !== null) return true;
    await tellRemoved(tx, emit, { factorId: entityId.parse(factorId), kind: 'totp' }, context);
    return true;
  });
