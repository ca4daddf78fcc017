import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RegistrationUnderTest, startRegistrationUnderTest } from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

const read = (userId: string, from: 'auth' | 'notification' | 'gateway' = 'auth') =>
  registration.ask('GET', `/internal/data-keys/${userId}`, { from });

describe('200', () => {
  it('answers the 256-bit key of a person, which stands in the table encrypted', async () => {
    const ada = await registration.register();
    const { status, body } = await read(ada.userId);
    expect({ status, body }).toEqual({ status: 200, body: { key: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) } });
    expect((await read(ada.userId, 'notification')).body).toEqual(body);
    const [row] = await registration.connection.sql`
      select * from registration.data_keys where user_id = ${ada.userId}`;
    const hex = Buffer.from(String(body.key), 'base64url').toString('hex');
    for (const spelled of [body.key, hex]) expect(JSON.stringify(row)).not.toContain(spelled);
  });

  it('each person has another', async () => {
    const [ada, eve] = [await registration.register(), await registration.register()];
    expect((await read(ada.userId)).body).not.toEqual((await read(eve.userId)).body);
  });
});

describe('404', () => {
  it('of whom there is none, or none any more', async () => {
    const ada = await registration.register();
    await registration.connection.sql`delete from registration.data_keys where user_id = ${ada.userId}`;
    expect((await read(newId())).status).toBe(404);
    expect((await read(ada.userId)).status).toBe(404);
  });
});

describe('403', () => {
  it('people never get one, the person themselves included', async () => {
    const ada = await registration.register();
    expect((await read(ada.userId, 'gateway')).status).toBe(403);
  });
});
