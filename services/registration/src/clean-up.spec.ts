import { afterAll, beforeAll, expect, it } from 'vitest';
import { forgetLapsedSignUps } from './store/sign-ups.ts';
import { newcomer, type RegistrationUnderTest, startRegistrationUnderTest } from './testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

const forget = () => registration.connection.db.transaction((tx) => forgetLapsedSignUps(tx, 100));
const lapse = async (userId: string) => {
  const { sql } = registration.connection;
  await sql`update registration.sign_ups set expires_at = now() - interval '1 second' where user_id = ${userId}`;
  await sql`update registration.usernames set reserved_until = now() - interval '1 second' where user_id = ${userId}`;
};
const left = async (userId: string) => {
  const { sql } = registration.connection;
  const tables = ['sign_ups', 'usernames', 'verifications', 'data_keys'];
  const counts = tables.map(
    async (table) => (await sql`select from registration.${sql(table)} where user_id = ${userId}`).length,
  );
  return Promise.all(counts);
};

it('a lapsed sign-up leaves nothing, and with its key what events say of it is unreadable (F26)', async () => {
  const owner = await registration.register();
  for (const one of [newcomer(), newcomer({ email: owner.email })]) {
    await registration.signUp(one);
    const userId = await registration.userIdOf(one.username);
    expect(await forget()).toBe(0);
    await lapse(userId);
    expect(await forget()).toBe(1);
    expect(await left(userId)).toEqual([0, 0, 0, 0]);
    for (const { personal } of await registration.eventsAbout(userId)) expect(personal).toBeNull();
  }
});

it('the service does so by itself', async () => {
  const ada = newcomer();
  await registration.signUp(ada);
  const userId = await registration.userIdOf(ada.username);
  await lapse(userId);
  // A worker's first round comes with the start.
  await registration.restart();
  await expect.poll(() => left(userId), { timeout: 10_000 }).toEqual([0, 0, 0, 0]);
});

it('whoever took over the username of a lapsed sign-up keeps it', async () => {
  const first = newcomer();
  await registration.signUp(first);
  const userId = await registration.userIdOf(first.username);
  await lapse(userId);
  const second = await registration.register({ ...newcomer(), username: first.username.toUpperCase() });
  await forget();
  expect(await left(userId)).toEqual([0, 0, 0, 0]);
  expect(await left(second.userId)).toEqual([0, 1, 0, 1]);
});
