import type { Cause } from '@rollcall/service-kit/actor';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { identityLinked, identityUnlinked } from '@rollcall/types/events/auth';
import { entityId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { holdSignedIn, type InSession } from '../store/hold-signed-in.ts';
import * as store from '../store/identities.ts';
import { voidPendingSignIns } from '../store/pending-sign-ins.ts';
import { keepingAWayIn } from '../way-in.ts';
import type { Identified } from './provider.ts';

/** Who links, and the session in which they proved who they are. */
export type Linker = InSession;

/** From now on the identity signs the person in; linking it once more changes nothing. */
export const linkIdentity = (
  { config, events }: Ports,
  authType: string,
  { issuer, externalId, domain }: Identified,
  linker: Linker,
  cause: Cause,
): Promise<store.Identity | Refusal> =>
  events.transact(async (tx, emit) => {
    const { userId } = linker;
    if (!(await holdSignedIn(tx, linker))) return refuse('token_revoked');
    const id = newId();
    const known = await store.findIdentity(tx, { issuer, externalId });
    if (!known) {
      if ((await store.listIdentities(tx, userId)).length >= config.identitiesEach) return refuse('too_many_factors');
      await store.insertIdentity(tx, { id, userId, authType, issuer, externalId, domain: domain ?? null });
    }
    // Of two who link it at once the other one may have been first.
    const linked = known ?? (await store.findIdentity(tx, { issuer, externalId }));
    if (linked?.userId !== userId) return refuse('identity_taken');
    if (linked.id === id) {
      await emit(identityLinked, { subject: userId, data: { identityId: entityId.parse(id), authType }, cause });
    }
    return linked;
  });

/** It signs nobody in any longer; whoever would have no way in left keeps it. */
export const unlinkIdentity = (
  ports: Ports,
  identityId: string,
  { signedIn, cause }: CallContext,
): Promise<Refusal | undefined> =>
  keepingAWayIn(ports, signedIn, async (tx, emit) => {
    const { userId } = signedIn;
    const deleted = await store.deleteIdentity(tx, userId, identityId);
    if (!deleted) return false;
    // One that was begun with it, and waits for the second factor, is over.
    await voidPendingSignIns(tx, userId);
    const data = { identityId: entityId.parse(identityId), authType: deleted.authType };
    await emit(identityUnlinked, { subject: userId, data, cause });
    return true;
  });
