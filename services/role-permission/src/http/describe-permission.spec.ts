import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  await access.create(admin, 'reports.read');
});
afterAll(() => access.stop());

const describeAs = (name: string, description: string, actor = admin, headers = {}) =>
  access.call({ method: 'PATCH', path: `/v1/permissions/${name}`, actor, body: { description }, headers });

describe('200', () => {
  it('gives another description, and the next reader sees it', async () => {
    const answer = await describeAs('reports.read', 'Read all reports.');
    const after = { name: 'reports.read', description: 'Read all reports.', builtIn: false };
    expect(answer).toMatchObject({ status: 200, body: after, revision: `1-${answer.body.revision}` });
    const read = await access.call({ method: 'GET', path: '/v1/permissions/reports.read', actor: admin });
    expect(read.body).toEqual(after);
  });

  it('a repetition under the same Idempotency-Key does not take back what came after', async () => {
    const headers = { 'idempotency-key': 'described-once' };
    const first = await describeAs('reports.read', 'First.', admin, headers);
    await describeAs('reports.read', 'Second.');
    const again = await describeAs('reports.read', 'First.', admin, headers);
    expect(again.body).toEqual(first.body);
    const read = await access.call({ method: 'GET', path: '/v1/permissions/reports.read', actor: admin });
    expect(read.body.description).toBe('Second.');
  });

  it('one that was given up without an answer and landed is not done twice either', async () => {
    const headers = { 'idempotency-key': 'described-late' };
    await describeAs('reports.read', 'Early.', admin, headers);
    // The process died between the commit and the answer.
    await access.database.owner`delete from role_permission.idempotency_keys`;
    await describeAs('reports.read', 'Later.');
    expect(await describeAs('reports.read', 'Early.', admin, headers)).toMatchObject({ status: 200 });
    const read = await access.call({ method: 'GET', path: '/v1/permissions/reports.read', actor: admin });
    expect(read.body.description).toBe('Later.');
  });

  it('takes a key whose day is over for a new one', async () => {
    const headers = { 'idempotency-key': 'described-daily' };
    await describeAs('reports.read', 'Daily.', admin, headers);
    await describeAs('reports.read', 'Meanwhile.');
    await access.database.owner`update role_permission.idempotency_keys set claimed_at = now() - interval '25 hours'`;
    // All but the newest, by whose time the service knows that it reads the log that it knows.
    await access.database.owner`update role_permission.events set at = at - interval '25 hours'
      where position < (select max(position) from role_permission.events)`;
    expect(await describeAs('reports.read', 'Daily.', admin, headers)).toMatchObject({ status: 200 });
    const read = await access.call({ method: 'GET', path: '/v1/permissions/reports.read', actor: admin });
    expect(read.body.description).toBe('Daily.');
  });

  it('the same description twice is one event', async () => {
    const before = (await access.eventsAbout('reports.read')).length;
    const once = await describeAs('reports.read', 'Same.');
    expect(await describeAs('reports.read', 'Same.')).toEqual(once);
    expect(await access.eventsAbout('reports.read')).toHaveLength(before + 1);
  });
});

describe('400', () => {
  it('refuses an empty description and fields that it does not know', async () => {
    expect((await describeAs('reports.read', '')).status).toBe(400);
    const body = { description: 'x', name: 'other' };
    const answer = await access.call({ method: 'PATCH', path: '/v1/permissions/reports.read', actor: admin, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/name' }] } });
  });
});

describe('404', () => {
  it('a missing one and one that the caller may not change are the same answer', async () => {
    const missing = await describeAs('nothing', 'x');
    expect(missing.status).toBe(404);
    expect(await describeAs('reports.read', 'x', await access.person())).toEqual(missing);
  });

  it('is what they get who lost the right while they asked', async () => {
    const ben = await access.person();
    await access.grant(admin, ben, 'permissions.manage');
    const [, late] = await Promise.all([
      access.revoke(admin, ben, 'permissions.manage'),
      describeAs('reports.read', 'Late.', ben),
    ]);
    expect(late).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('409', () => {
  it('gives no other meaning to what is part of the product', async () => {
    expect(await describeAs('admin', 'Nothing much.')).toMatchObject({
      status: 409,
      body: { code: 'permission_protected' },
    });
  });
});
