import { sealUnder } from '@rollcall/events/personal-data';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { userRegistered } from '@rollcall/types/events/registration';
import { userId } from '@rollcall/types/ids';
import { usernameKey } from '@rollcall/types/people';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { storeDevCredential } from '@rollcall/types/routes/auth/accounts';
import { setUpDevUser } from '@rollcall/types/routes/registration';
import { enrolWithin } from '../enrolment.ts';
import type { Ports } from '../ports.ts';
import { addPerson, findPersonByEmail, type NewPerson } from '../store/people.ts';
import { dataKeys } from '../store/schema.ts';
import { claimUsername, isUsernameFree, releaseUsername } from '../store/usernames.ts';

const patienceMilliseconds = 5_000;
const minute = 60 * 1000;

const emailTaken = refuse('unprocessable', { errors: [{ pointer: '/body/email', detail: 'is taken' }] });

/** An account without a mail and without the password policy; elsewhere than on a developer's machine there is none. */
export const handleSetUpDevUser = (ports: Ports) =>
  handle(setUpDevUser, async ({ params, body }, context) => {
    if (!ports.config.makesUsersForTools) return refuse('forbidden');
    const known = await findPersonByEmail(ports.connection.db, body.email);
    if (known && usernameKey(known.username) !== usernameKey(params.username)) return emailTaken;
    if (!known && !(await isUsernameFree(ports.connection.db, params.username))) return refuse('username_taken');

    const person = known ?? (await register(ports, { ...params, ...body }, context));
    if (isRefusal(person)) return person;
    const { enrolment } = person;
    const isEnrolled =
      !enrolment || (await enrolWithin(ports, { ...person, enrolment }, patienceMilliseconds, context.hop));
    if (!isEnrolled) return refuse('unavailable', { retryAfterSeconds: 1 });
    return answer(200, { userId: userId.parse(person.userId), created: !known });
  });

interface Wanted {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

const register = async ({ client, events, keys }: Ports, wanted: Wanted, context: CallContext) => {
  const { email, username } = wanted;
  const id = newId();
  const stored = await client.call(storeDevCredential, {
    params: { userId: id },
    // Should what follows not happen, it lapses.
    body: { password: wanted.password, expiresAt: new Date(Date.now() + 5 * minute).toISOString() },
    context: context.hop,
  });
  if (isRefusal(stored)) return stored;

  const { key, row } = await keys.mint(id);
  const person: NewPerson = { userId: id, email, username, enrolment: { profile: {} } };
  const personal = await sealUnder(key, id, { email, username, profile: {} });
  const registered = await events.transact(async (tx, emit) => {
    if (!(await claimUsername(tx, username, id, null))) return false;
    if (!(await addPerson(tx, person))) {
      await releaseUsername(tx, id);
      return false;
    }
    await tx.insert(dataKeys).values(row);
    await emit(userRegistered, { subject: id, data: {}, personal, cause: context.cause });
    return true;
  });
  return registered ? person : refuse('username_taken');
};
