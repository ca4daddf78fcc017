import { randomInt } from 'node:crypto';
import type { Transaction } from '@rollcall/database/connect';
import { sealUnder } from '@rollcall/events/personal-data';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { userRegistered } from '@rollcall/types/events/registration';
import { createIdentifiedAccount } from '@rollcall/types/routes/registration';
import { enrolWithin, patienceMilliseconds } from '../enrolment.ts';
import type { Ports } from '../ports.ts';
import { addPerson, findPerson, type NewPerson } from '../store/people.ts';
import { dataKeys } from '../store/schema.ts';
import { voidSignUps } from '../store/sign-ups.ts';
import { claimUsername, releaseUsername } from '../store/usernames.ts';
import { holdAddress } from '../store/verifications.ts';

/** Of somebody who has signed in by an identity provider that vouches for their address; auth has linked it to the id. */
export const handleCreateIdentifiedAccount = (ports: Ports) =>
  handle(createIdentifiedAccount, async ({ body: { userId, email } }, context) => {
    const { key, row } = await ports.keys.mint(userId);
    const person = await ports.events.transact(async (tx, emit): Promise<NewPerson | 'made' | 'address_taken'> => {
      // Whoever asks twice at once queues up, and so do those who sign up with this address.
      await holdAddress(tx, email);
      const known = await findPerson(tx, userId);
      if (known) return known.enrolment ? { ...known, enrolment: known.enrolment } : 'made';
      await voidSignUps(tx, email);
      const username = await claimSomeUsername(tx, userId);
      const added: NewPerson = { userId, email, username, enrolment: { profile: {} } };
      if (!(await addPerson(tx, added))) {
        await releaseUsername(tx, userId);
        return 'address_taken';
      }
      await tx.insert(dataKeys).values(row);
      const personal = await sealUnder(key, userId, { email, username, profile: {} });
      await emit(userRegistered, { subject: userId, data: {}, personal, cause: { ...context.cause, actor: userId } });
      return added;
    });
    if (typeof person === 'string') return answer(200, { outcome: person });
    await enrolWithin(ports, person, patienceMilliseconds, context.hop);
    return answer(200, { outcome: 'made' });
  });

const letters = '23456789abcdefghjkmnpqrstvwxyz';
const length = 10;
const attempts = 5;

/** Usernames are public: nothing of the address is in it, nor of what the provider calls them. */
const claimSomeUsername = async (tx: Transaction, userId: string): Promise<string> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const username = `user-${Array.from({ length }, () => letters[randomInt(letters.length)]).join('')}`;
    if (await claimUsername(tx, username, userId, null)) return username;
  }
  throw new Error(`${attempts} random usernames were taken`);
};
