import type { CallContext } from '@rollcall/service-kit/call-context';
import { idOf } from '@rollcall/service-kit/identity';
import { userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { admitMember, checkOrganization, keepSeat } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';
import type { Identity } from '../store/identities.ts';
import { type Known, markAdmitted, wasAdmitted } from '../store/organization-admissions.ts';
import type { RedirectProvider } from './provider.ts';

/** On what terms a provider lets people in. */
export interface Admission {
  /** Whether somebody whom nobody here knows gets an account. */
  readonly signUp: boolean;
  /** Whose members they become, the first time. */
  readonly organizationId?: string | undefined;
}

export const open: Admission = { signUp: true };

export const admissionBy = ({ signUp, owner }: Pick<RedirectProvider, 'signUp' | 'owner'>): Admission => ({
  signUp,
  organizationId: owner?.organizationId,
});

/** Before anything is made for somebody who would need a seat: without a free one nothing is. */
export const keepSeatFor = async (
  ports: Pick<Ports, 'client' | 'config' | 'connection'>,
  { organizationId }: Admission,
  known: Known,
  { hop }: CallContext,
): Promise<Refusal | undefined> => {
  if (organizationId === undefined) return undefined;
  const { client, config, connection } = ports;
  if (await wasAdmitted(connection.db, organizationId, known)) return undefined;
  const validUntil = new Date(Date.now() + config.identitySignInMilliseconds).toISOString();
  const params = { organizationId, userId: userId.parse(known.userId) };
  const kept = await client.call(keepSeat, { params, body: { validUntil }, context: hop });
  return isRefusal(kept) ? kept : undefined;
};

/**
 * Makes somebody a member who comes in by an organization's provider for the first time. Whoever was removed from it since
 * comes in and stays removed; an organization that is gone lets nobody in.
 */
export const admit = async (
  { client, connection }: Pick<Ports, 'client' | 'connection'>,
  { organizationId }: Admission,
  identity: Identity,
  { hop }: CallContext,
): Promise<Refusal | undefined> => {
  if (organizationId === undefined) return undefined;
  const whom = { organizationId, userId: userId.parse(identity.userId) };
  if (await wasAdmitted(connection.db, organizationId, identity)) {
    const checked = await client.call(checkOrganization, { body: whom, context: hop });
    if (isRefusal(checked)) return checked;
    return checked.body.exists ? undefined : refuse('not_found');
  }
  // Whoever was removed before this was written down is not made a member once more.
  const commandId = idOf('admission', organizationId, identity.userId);
  const admitted = await client.call(admitMember, { params: whom, body: { commandId }, context: hop });
  if (isRefusal(admitted)) return admitted.refused === 'invalid_input' ? notYetKnown : admitted;
  await markAdmitted(connection.db, organizationId, identity);
  return undefined;
};

const notYetKnown = refuse('unavailable', { retryAfterSeconds: 1, detail: 'Your account is being made.' });
