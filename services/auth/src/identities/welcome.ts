import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { createIdentifiedAccount } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { endAfter } from '../store/clock.ts';
import { findCredential, forgetPending, storePending } from '../store/credentials.ts';
import { findIdentity, type Identity, insertIdentity } from '../store/identities.ts';
import { type Admission, keepSeatFor } from './admission.ts';
import type { Identified } from './provider.ts';

const notLinked = refuse('identity_not_linked');

/**
 * Makes an account, without a password, for somebody whom nobody here knows, at an address that the provider vouches for.
 * What they are known by is kept before registration is asked: whatever breaks off in between, they come back to the same
 * account, and the same question asked again makes no second one. Where the address has an account, or the organization of
 * the provider has no seat, nothing is kept.
 */
export const welcome = async (
  ports: Ports,
  authType: string,
  identified: Identified,
  begun: Identity | undefined,
  context: CallContext,
  admission: Admission,
): Promise<Identity | Refusal> => {
  const { db } = ports.connection;
  const email = identified.verifiedEmail;
  if (email === undefined) return refuse('email_not_verified');
  // Unless it is their own, made a moment ago by a sign-in that overtook this one.
  if (!begun && (await findCredential(db, email))) return (await findIdentity(db, identified)) ?? notLinked;
  if (!admission.signUp) return refuse('sign_up_closed');
  const identity = begun ?? (await reserve(ports, authType, identified));
  if (!identity) return notLinked;
  const seatless = await keepSeatFor(ports, admission, identity, context);
  if (seatless) {
    if (!begun) await forgetPending(db, identity.userId);
    return seatless;
  }
  if ((await askRegistration(ports, identity, email, context)) === 'made') return identity;
  await forgetPending(db, identity.userId);
  return notLinked;
};

/** Of two who come first at once, both go on with what one of them kept. */
const reserve = async (
  { config, events, connection }: Ports,
  authType: string,
  { issuer, externalId, domain }: Identified,
): Promise<Identity | undefined> => {
  const id = newId();
  await events.transact(async (tx) => {
    await storePending(tx, id, null, await endAfter(tx, config.welcomeMilliseconds));
    const isFirst = await insertIdentity(tx, {
      id: newId(),
      userId: id,
      authType,
      issuer,
      externalId,
      domain: domain ?? null,
    });
    if (!isFirst) await forgetPending(tx, id);
  });
  return findIdentity(connection.db, { issuer, externalId });
};

const askRegistration = async (
  { client }: Ports,
  identity: Identity,
  email: string,
  { hop }: CallContext,
): Promise<'made' | 'address_taken'> => {
  const body = { userId: userId.parse(identity.userId), email };
  const made = await client.call(createIdentifiedAccount, { body, context: hop });
  // Between the two services, and none of the caller's business.
  if (isRefusal(made)) throw new ServiceUnavailableError('registration', made);
  return made.body.outcome;
};
