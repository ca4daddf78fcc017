import { afterAll, beforeAll, expect, it } from 'vitest';
import { newcomer, type RegistrationUnderTest, startRegistrationUnderTest } from './testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

it('one person whom a service refuses keeps nobody else waiting', async () => {
  const stuck = newcomer();
  const waiting = newcomer();
  const ids: string[] = [];
  registration.world.down.add('profile');
  for (const person of [stuck, waiting]) {
    await registration.signUp(person);
    ids.push(await registration.userIdOf(person.username));
    await registration.verify(await registration.tokenFor(person.username));
  }
  const [stuckId = '', waitingId = ''] = ids;
  registration.world.refused.add(stuckId);
  registration.world.down.clear();
  const enrolled = (userId: string) =>
    registration.connection.sql`select from registration.people where user_id = ${userId} and enrolment is null`;
  await expect.poll(() => enrolled(waitingId), { timeout: 15_000 }).toHaveLength(1);
  expect(await enrolled(stuckId)).toHaveLength(0);

  registration.world.refused.clear();
  await expect.poll(() => enrolled(stuckId), { timeout: 15_000 }).toHaveLength(1);
});
