import { addressKey } from '@rollcall/service-kit/client-address';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let host = 0;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const newAddress = () => `198.51.100.${++host}`;
const signIn = (identifier: string, password: string, ipAddress: string) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier, password }, ipAddress });
/** Guesses under so many names, each of which may be somebody's. */
const guess = async (names: number, ipAddress: string) => {
  for (let n = 0; n < names; n++) expect((await signIn(`nobody-${n}`, 'a wrong password', ipAddress)).status).toBe(401);
};
const suspicions = async () => {
  const rows = await auth.connection.sql<{ envelope: { data: object } }[]>`
    select envelope from auth.outbox
    where envelope ->> 'type' = 'credential_stuffing.suspected' order by envelope ->> 'id'`;
  return rows.map(({ envelope }) => envelope);
};
const started = async ({ userId }: Person) =>
  (await auth.eventsAbout(userId)).filter(({ type }) => type === 'session.started').at(-1)?.data;

describe('misses under many names from one address', () => {
  it('are told of once, by a digest of the address, and refuse nobody who knows a password', async () => {
    const ada = await auth.register();
    const address = newAddress();
    const before = (await suspicions()).length;
    await guess(20, address);
    await signIn(ada.username, ada.password, address);
    expect(await started(ada)).not.toHaveProperty('suspected');
    expect(await suspicions()).toHaveLength(before);
    for (const name of ['one', 'two', 'three'])
      expect((await signIn(name, 'a wrong password', address)).status).toBe(401);
    const told = await suspicions();
    expect(told).toHaveLength(before + 1);
    expect(told.at(-1)?.data).toEqual({ source: expect.any(String), identifiers: 21, windowSeconds: 3_600 });
    expect(JSON.stringify(told)).not.toContain(address);

    expect((await signIn(ada.username, ada.password, address)).status).toBe(201);
    expect(await started(ada)).toMatchObject({ suspected: true });
    await signIn(ada.username, ada.password, newAddress());
    expect(await started(ada)).not.toHaveProperty('suspected');
  });

  it('cast no doubt on who comes in from there by a mail', async () => {
    const ada = await auth.register();
    const address = newAddress();
    await guess(21, address);
    await auth.ask('POST', '/v1/magic-links', { body: { email: ada.email }, ipAddress: address });
    const { requestId } = (await auth.eventsAbout(ada.userId)).at(-1)?.data ?? {};
    const { token } = (await auth.ask('POST', `/internal/magic-links/${requestId}/secret`, { from: 'notification' }))
      .body;
    const body = { token };
    expect((await auth.ask('POST', '/v1/sessions/magic-link', { body, ipAddress: address })).status).toBe(201);
    expect(await started(ada)).not.toHaveProperty('suspected');
  });

  it('are none where one name is missed again and again', async () => {
    const before = (await suspicions()).length;
    const address = newAddress();
    for (let n = 0; n < 30; n++) await signIn(`nobody-${n % 9}`, 'a wrong password', address);
    expect(await suspicions()).toHaveLength(before);
  });

  it('count for an IPv6 network as a whole', async () => {
    const before = (await suspicions()).length;
    const addressOf = (n: number) => `2001:db8:7:7::${n}`;
    expect(new Set([1, 2].map((n) => addressKey(addressOf(n)))).size).toBe(1);
    for (let n = 1; n <= 21; n++) await signIn(`somebody-${n}`, 'a wrong password', addressOf(n));
    expect(await suspicions()).toHaveLength(before + 1);
  });
});
