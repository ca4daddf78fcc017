import type { Actor } from '@rollcall/service-kit/actor';
import { timeOfId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let organizationId: string;
let keys = 0;

interface Write {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

const write = (actor: Actor, { method, path, body }: Write, key = `key-${++keys}`) =>
  access.call({
    method,
    path,
    actor,
    headers: { 'idempotency-key': key },
    ...(body === undefined ? {} : { body }),
  });
/** The process died between the commit and the answer. */
const answersAreLost = async () => void (await access.database.owner`delete from role_permission.idempotency_keys`);

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben] = [await access.person(), await access.person()];
  await access.create(admin, 'posts.write');
  organizationId = String((await access.ask(ada, 'POST', '/v1/organizations', { name: 'Acme' })).body.id);
});
afterAll(() => access.stop());

describe('a PUT or DELETE that is repeated with its key', () => {
  const grant = () => `/v1/users/${ben.userId}/permissions/posts.write`;

  it('answers what the first answered, and undoes nothing that came after it', async () => {
    const removal: Write = { method: 'DELETE', path: grant() };
    await access.grant(admin, ben, 'posts.write');
    const first = await write(admin, removal, 'revoked-once');
    expect(first.status).toBe(200);
    await access.grant(admin, ben, 'posts.write');
    expect(await write(admin, removal, 'revoked-once')).toEqual(first);
    expect(await access.check(ben.userId, 'posts.write')).toBe(true);
  });

  it('was not done by having been tried with that key', async () => {
    await access.grant(admin, ben, 'posts.write');
    const removal: Write = { method: 'DELETE', path: grant() };
    const tried = await write(admin, { ...removal, path: `${grant()}?dryRun=true` }, 'tried-first');
    expect(tried).toMatchObject({ status: 200, body: { dryRun: true } });
    expect((await write(admin, removal, 'tried-first')).body).toEqual({ revision: expect.any(Number) });
    expect(await access.check(ben.userId, 'posts.write')).toBe(false);
    const commands = [{ type: 'grantPermission', userId: ben.userId, permission: 'posts.write' }];
    const batch = (dryRun: boolean): Write => ({
      method: 'POST',
      path: '/v1/access/commands',
      body: { commands, dryRun },
    });
    expect((await write(admin, batch(true), 'tried-batch')).status).toBe(200);
    expect((await write(admin, batch(false), 'tried-batch')).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.write')).toBe(true);
  });

  it('answers it for a thing that is gone since', async () => {
    const { id } = (await access.ask(ada, 'POST', '/v1/teams', { organizationId, name: 'Crew' })).body;
    const removal: Write = { method: 'DELETE', path: `/v1/teams/${id}` };
    const first = await write(ada, removal, 'gone-once');
    expect(first.status).toBe(200);
    expect(await write(ada, removal, 'gone-once')).toEqual(first);
    await answersAreLost();
    expect(await write(ada, removal, 'gone-once')).toEqual(first);
    expect((await write(ada, removal)).status).toBe(404);
  });

  it('is refused with another body', async () => {
    const granting: Write = { method: 'PUT', path: grant() };
    expect((await write(admin, granting, 'put-once')).status).toBe(200);
    const other = { ...granting, body: { validUntil: '2999-01-01T00:00:00.000Z' } };
    expect(await write(admin, other, 'put-once')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });
});

describe('what is created by a request with a key', () => {
  const creations = (): readonly (readonly [Actor, Write])[] => [
    [ada, { method: 'POST', path: '/v1/organizations', body: { name: 'Other' } }],
    [ada, { method: 'POST', path: '/v1/teams', body: { organizationId, name: 'Team' } }],
    [ada, { method: 'POST', path: '/v1/projects', body: { name: 'Site', owner: `organization:${organizationId}` } }],
    [admin, { method: 'POST', path: '/v1/groups', body: { name: 'g', description: 'x', kind: 'manageable' } }],
  ];

  it('has an id of the time at which it came about', async () => {
    for (const [actor, creation] of creations()) {
      const before = Date.now();
      const { status, body } = await write(actor, { ...creation, body: { ...Object(creation.body), name: 'First' } });
      expect([creation.path, status]).toEqual([creation.path, 201]);
      const time = timeOfId(String(body.id)) ?? Number.NaN;
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(Date.now());
    }
  });

  it('has the same id when it is asked for again, on another replica and after a crash, too', async () => {
    const replica = await access.startReplica();
    for (const [actor, creation] of creations()) {
      const key = `key-${++keys}`;
      const first = await write(actor, creation, key);
      expect([creation.path, first.status]).toEqual([creation.path, 201]);
      expect(await write(actor, creation, key)).toEqual(first);
      await answersAreLost();
      const again = { ...creation, actor, headers: { 'idempotency-key': key } };
      expect(await access.call(again, replica)).toEqual(first);
    }
  });
});
