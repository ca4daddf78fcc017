import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  // The first plan is the one of every organization that is founded.
  access = await startRolePermissionUnderTest({ variables: { ROLLCALL_PLANS: '{"pair":2,"any":null}' } });
  admin = await access.person();
});
afterAll(() => access.stop());

const found = async () => {
  const founder = await access.person();
  const path = '/v1/organizations';
  const { body } = await access.call({ method: 'POST', path, actor: founder, body: { name: 'Acme' } });
  return { founder, id: String(body.id) };
};
const put = (path: string, body: unknown, from: 'auth' | 'registration' = 'auth') =>
  access.call({ method: 'PUT', path: `/internal/organizations/${path}`, from, body });
const keep = (id: string, { userId }: Actor, minutes = 10) =>
  put(`${id}/seats/${userId}`, { validUntil: new Date(Date.now() + minutes * 60_000).toISOString() });
const admit = (id: string, { userId }: Actor, commandId: string = randomUUID()) =>
  put(`${id}/members/${userId}`, { commandId });
const membersOf = async (id: string, actor: Actor) => {
  const path = `/v1/organizations/${id}/members`;
  const { body } = await access.call({ method: 'GET', path, actor });
  return (body.items as { userId: string; admin: boolean }[]).map(({ userId }) => userId);
};
const told = async (id: string) => (await access.eventsAbout(id)).map(({ type }) => type.replace('organization.', ''));

describe('somebody whom an identity provider of an organization knows', () => {
  it('becomes a member, on the word of auth, and has the seat that was kept', async () => {
    const [{ founder, id }, ben] = [await found(), await access.person()];
    expect(await keep(id, ben)).toMatchObject({ status: 200 });
    expect(await admit(id, ben)).toMatchObject({ status: 200 });
    expect(await membersOf(id, founder)).toContain(ben.userId);
    expect((await told(id)).slice(2)).toEqual(['seat_reserved', 'seat_released', 'member_added']);
    expect((await access.eventsAbout(id)).at(-1)).toMatchObject({ actor: 'service:auth' });
  });

  it('finds the seat kept for them taken by nobody else, and keeps one seat however often it is asked for', async () => {
    const [{ founder, id }, ben, eve] = [await found(), await access.person(), await access.person()];
    for (const minutes of [5, 10]) expect(await keep(id, ben, minutes)).toMatchObject({ status: 200 });
    for (const refused of [await keep(id, eve), await admit(id, eve)]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'seat_limit_reached' } });
    }
    expect(await admit(id, ben)).toMatchObject({ status: 200 });
    expect(await membersOf(id, founder)).toHaveLength(2);
  });

  it('stays what they are where they are a member already, also with every seat taken', async () => {
    const [{ founder, id }, ben] = [await found(), await access.person()];
    await admit(id, ben);
    for (const one of [founder, ben]) {
      expect(await keep(id, one)).toMatchObject({ status: 200 });
      expect(await admit(id, one)).toMatchObject({ status: 200 });
    }
    expect((await told(id)).slice(2)).toEqual(['member_added']);
    const path = `/v1/organizations/${id}/members`;
    const { body } = await access.call({ method: 'GET', path, actor: founder });
    expect(body.items).toContainEqual({ userId: founder.userId, admin: true, validUntil: null });
  });

  it('does not come back by the repetition of an admission after an admin has removed them', async () => {
    const [{ founder, id }, ben] = [await found(), await access.person()];
    const commandId = randomUUID();
    await admit(id, ben, commandId);
    const path = `/v1/organizations/${id}/members/${ben.userId}`;
    expect(await access.call({ method: 'DELETE', path, actor: founder })).toMatchObject({ status: 200 });
    expect(await admit(id, ben, commandId)).toMatchObject({ status: 200 });
    expect(await membersOf(id, founder)).toEqual([founder.userId]);
  });

  it('409: is not let in while deactivated, 404: nor into what is not there', async () => {
    const [{ id }, ben] = [await found(), await access.person()];
    await access.suspend(ben);
    expect(await admit(id, ben)).toMatchObject({ status: 409, body: { code: 'user_suspended' } });
    for (const refused of [await keep(randomUUID(), ben), await admit(randomUUID(), ben)]) {
      expect(refused).toMatchObject({ status: 404 });
    }
  });

  it('403: is let in by auth alone', async () => {
    const { id } = await found();
    const refused = await put(`${id}/members/${admin.userId}`, { commandId: randomUUID() }, 'registration');
    expect(refused).toMatchObject({ status: 403 });
  });
});

describe('whether somebody governs an organization', () => {
  const check = async (organizationId: string, { userId }: Actor) => {
    const body = { organizationId, userId };
    const answer = await access.call({ method: 'POST', path: '/internal/organization-checks', from: 'auth', body });
    const { revision: _, ...said } = answer.body;
    return said;
  };

  it('is told of its admins, its members, those who manage all access, and everybody else', async () => {
    const [{ founder, id }, ben, eve] = [await found(), await access.person(), await access.person()];
    await admit(id, ben);
    expect(await check(id, founder)).toEqual({ exists: true, sees: true, belongs: true, governs: true });
    expect(await check(id, ben)).toEqual({ exists: true, sees: true, belongs: true, governs: false });
    expect(await check(id, eve)).toEqual({ exists: true, sees: false, belongs: false, governs: false });
    expect(await check(id, admin)).toEqual({ exists: true, sees: true, belongs: false, governs: true });
    expect(await check(randomUUID(), admin)).toEqual({ exists: false, sees: false, belongs: false, governs: false });
  });
});
