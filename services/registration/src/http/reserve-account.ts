import { settleClaim } from '@rollcall/database/idempotency-keys';
import { sealUnder } from '@rollcall/events/personal-data';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { signUpRepeated, verificationRequested } from '@rollcall/types/events/registration';
import { type UserId, userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { AnswerOf, Route } from '@rollcall/types/route-definition';
import { storePendingCredential } from '@rollcall/types/routes/auth';
import type { Ports } from '../ports.ts';
import { findPersonByEmail } from '../store/people.ts';
import { dataKeys, type Enrolment, idempotencyKeys } from '../store/schema.ts';
import { addSignUp } from '../store/sign-ups.ts';
import { claimUsername, isUsernameFree } from '../store/usernames.ts';
import { addVerification } from '../store/verifications.ts';

export interface Applicant {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly enrolment: Enrolment;
}

const usernameTaken: Refusal = refuse('username_taken', {
  errors: [{ pointer: '/body/username', detail: 'is taken' }],
});

/**
 * Begins an account: reserves the username and has a mail sent.
 *
 * Usernames are public, e-mail addresses are not. So the username is judged first, and for an address that has an
 * account the very same work is done and the same answer given; only the mail differs, and it goes to the owner.
 *
 * @param answerFor what a repetition under the same `Idempotency-Key` is answered; undefined while more has to follow
 */
export const reserveAccount = async (
  ports: Ports,
  applicant: Applicant,
  context: CallContext,
  answerFor: (id: UserId) => AnswerOf<Route> | undefined,
) => {
  const { connection, config, client } = ports;
  if (!(await isUsernameFree(connection.db, applicant.username))) return usernameTaken;

  const id = userId.parse(newId());
  const expiresAt = new Date(Date.now() + config.signUpLifetimeMilliseconds);
  // The credential comes first: without auth nothing is kept, and a credential without a sign-up lapses by itself.
  const stored = await client.call(storePendingCredential, {
    params: { userId: id },
    body: { password: applicant.password, expiresAt: expiresAt.toISOString() },
    context: context.hop,
  });
  if (isRefusal(stored)) return stored;

  const owner = await findPersonByEmail(connection.db, applicant.email);
  const cause = { ...context.cause, actor: id };
  const { key, row } = await ports.keys.mint(id);
  const ownerKey = owner && (await ports.keys.read(connection.db, owner.userId));
  const sealed =
    owner && ownerKey
      ? await sealUnder(ownerKey, owner.userId, { email: owner.email })
      : await sealUnder(key, id, {
          email: applicant.email,
          username: applicant.username,
          ...(applicant.enrolment.profile.locale ? { locale: applicant.enrolment.profile.locale } : {}),
        });

  const reserved = await ports.events.transact(async (tx, emit) => {
    if (!(await claimUsername(tx, applicant.username, id, expiresAt))) return false;
    await tx.insert(dataKeys).values(row);
    await addSignUp(tx, {
      userId: id,
      email: applicant.email,
      username: applicant.username,
      enrolment: applicant.enrolment,
      emailOwned: owner !== undefined,
      expiresAt,
    });
    const requestId = newId();
    await addVerification(tx, requestId, id);
    if (owner) await emit(signUpRepeated, { subject: owner.userId, data: {}, personal: sealed, cause });
    else await emit(verificationRequested, { subject: id, data: { requestId }, personal: sealed, cause });
    const answer = answerFor(id);
    if (answer) await settleClaim(tx, idempotencyKeys, context.claim, answer);
    return true;
  });
  return reserved ? { userId: id } : usernameTaken;
};
