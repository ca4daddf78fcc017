import { PersonalData } from '@rollcall/events/personal-data';
import { envelope } from '@rollcall/types/envelope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RegistrationUnderTest, startRegistrationUnderTest } from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

const read = async (query = ''): Promise<{ readonly items: readonly unknown[]; readonly next: unknown }> => {
  const { status, body } = await registration.ask('GET', `/internal/snapshot${query}`, { from: 'profile' });
  expect(status).toBe(200);
  return { items: Array.isArray(body.items) ? body.items : [], next: body.next };
};

describe('the snapshot', () => {
  it('has everybody with an account once, as a registration with the number of their last event, sealed', async () => {
    const [ada, eve] = [await registration.register(), await registration.register()];
    const { items, next } = await read();
    expect(next).toBeNull();
    const events = items.map((item) => envelope.parse(item));
    expect(events.map(({ subject }) => subject).sort()).toEqual([ada.userId, eve.userId].sort());
    const keyOf = async (userId: string) => {
      const { body } = await registration.ask('GET', `/internal/data-keys/${userId}`, { from: 'profile' });
      return Buffer.from(String(body.key), 'base64url');
    };
    for (const { type, subject, subjectsequence, data } of events) {
      const [last] = await registration.connection.sql`
        select last from registration.subject_sequences where subject = ${subject}`;
      expect([type, subjectsequence]).toEqual(['user.registered', last?.last]);
      expect(Object.keys(data)).toEqual(['personal']);
      const [person] = await registration.connection.sql`
        select email, username from registration.people where user_id = ${subject}`;
      expect(await new PersonalData(keyOf).open(String(data.personal))).toEqual({ ...person, profile: {} });
    }
  });

  it('can be had of one person, from one on, and of nobody', async () => {
    const { items } = await read();
    const [first, second] = items.map((item) => envelope.parse(item).subject).sort();
    expect((await read(`?subject=${first}`)).items).toHaveLength(1);
    expect((await read(`?after=${first}`)).items.map((item) => envelope.parse(item).subject)).toEqual([second]);
    expect((await read('?subject=nobody')).items).toEqual([]);
  });
});
