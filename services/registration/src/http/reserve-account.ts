import { settleClaim } from '@rollcall/database/idempotency-keys';
import { sealUnder } from '@rollcall/events/personal-data';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { signUpRepeated, verificationRequested } from '@rollcall/types/events/registration';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { AnswerOf, Route } from '@rollcall/types/route-definition';
import type { Ports } from '../ports.ts';
import { findOwner } from '../store/people.ts';
import { dataKeys, idempotencyKeys } from '../store/schema.ts';
import { addSignUp } from '../store/sign-ups.ts';
import { claimUsername } from '../store/usernames.ts';
import { addVerification, countBegun, holdAddress } from '../store/verifications.ts';
import { type Applicant, prepareAccount, usernameTaken } from './prepare-account.ts';

/** To one address, whether it has an account or not. Whoever signs up after that asks for the mail. */
const mailsAnHour = 5;

/**
 * Begins an account: reserves the username and has a mail sent.
 *
 * Usernames are public, e-mail addresses are not. So the username is judged first, and for an address that has an
 * account the very same work is done and the same answer given; only the mail differs, and it goes to the owner.
 *
 * @param answerFor what the request is answered, also when it is repeated under the same `Idempotency-Key`
 */
export const reserveAccount = async <A extends AnswerOf<Route>>(
  ports: Ports,
  applicant: Applicant,
  context: CallContext,
  answerFor: (id: UserId) => A,
): Promise<A | Refusal> => {
  const prepared = await prepareAccount(ports, applicant, context);
  if (isRefusal(prepared)) return prepared;
  const { id, expiresAt } = prepared;
  const { email, username, enrolment } = applicant;
  const message = await composeMessage(ports, applicant, id);

  const reserved = await ports.events.transact(async (tx, emit) => {
    await holdAddress(tx, email);
    const mayMail = (await countBegun(tx, email)) < mailsAnHour;
    if (!(await claimUsername(tx, username, id, expiresAt))) return false;
    await tx.insert(dataKeys).values(message.keyRow);
    await addSignUp(tx, { userId: id, email, username, enrolment, emailOwned: message.owner !== undefined, expiresAt });
    const requestId = newId();
    await addVerification(tx, requestId, id);
    const cause = { ...context.cause, actor: id };
    const personal = message.sealed;
    if (!mayMail) {
      context.log.info('a sign-up goes without a mail: its address has had enough of them for an hour');
    } else if (message.owner) await emit(signUpRepeated, { subject: message.owner, data: {}, ...personal, cause });
    else await emit(verificationRequested, { subject: id, data: { requestId }, ...personal, cause });
    await settleClaim(tx, idempotencyKeys, context.claim, answerFor(id));
    return true;
  });
  return reserved ? answerFor(id) : usernameTaken;
};

interface Message {
  /** Whose address it is already. */
  readonly owner: string | undefined;
  /** What the mail needs to know, sealed for the person whose address it is. */
  readonly sealed: { readonly personal?: string };
  readonly keyRow: { readonly userId: string; readonly sealedKey: string };
}

// Query by query and key by key the same for an address that has an account and for one that has none.
const composeMessage = async ({ connection, keys }: Ports, applicant: Applicant, id: UserId): Promise<Message> => {
  const { email, username } = applicant;
  const owner = await findOwner(connection.db, email);
  const { key, row } = await keys.mint(id);
  const ownersKey = await keys.open(owner?.sealedKey ?? row.sealedKey);
  if (!owner) {
    return { owner: undefined, sealed: { personal: await sealUnder(key, id, { email, username }) }, keyRow: row };
  }
  // Without a key the owner is being erased: nothing personal may be said any more.
  const sealed = owner.sealedKey ? { personal: await sealUnder(ownersKey, owner.userId, { email: owner.email }) } : {};
  return { owner: owner.userId, sealed, keyRow: row };
};
