import { settleClaim } from '@rollcall/database/idempotency-keys';
import { sealUnder } from '@rollcall/events/personal-data';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { userRegistered } from '@rollcall/types/events/registration';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { AnswerOf, Route } from '@rollcall/types/route-definition';
import { enrolWithin, patienceMilliseconds } from '../enrolment.ts';
import type { Ports } from '../ports.ts';
import { addPerson } from '../store/people.ts';
import { dataKeys, idempotencyKeys } from '../store/schema.ts';
import { claimUsername, releaseUsername } from '../store/usernames.ts';
import { type Applicant, prepareAccount, usernameTaken } from './prepare-account.ts';

export const emailTaken: Refusal = refuse('unprocessable', {
  errors: [{ pointer: '/body/email', detail: 'is taken' }],
});

/**
 * Makes an account whose address somebody with `users.create` vouches for: no mail, and all of it in one transaction.
 *
 * @param answerFor what the request is answered, also when it is repeated under the same `Idempotency-Key`
 */
export const createVerifiedAccount = async <A extends AnswerOf<Route>>(
  ports: Ports,
  applicant: Applicant,
  context: CallContext,
  answerFor: (id: UserId) => A,
): Promise<A | Refusal> => {
  const prepared = await prepareAccount(ports, applicant, context);
  if (isRefusal(prepared)) return prepared;
  const { email, username, enrolment } = applicant;
  const { id } = prepared;
  const person = { userId: id, email, username, enrolment };
  const { key, row } = await ports.keys.mint(id);
  const personal = await sealUnder(key, id, { email, username, profile: enrolment.profile });

  const refused = await ports.events.transact(async (tx, emit) => {
    if (!(await claimUsername(tx, username, id, null))) return usernameTaken;
    if (!(await addPerson(tx, person))) {
      await releaseUsername(tx, id);
      return emailTaken;
    }
    await tx.insert(dataKeys).values(row);
    await emit(userRegistered, { subject: id, data: {}, personal, cause: context.cause });
    await settleClaim(tx, idempotencyKeys, context.claim, answerFor(id));
    return undefined;
  });
  if (refused) return refused;
  await enrolWithin(ports, person, patienceMilliseconds, context.hop);
  return answerFor(id);
};
