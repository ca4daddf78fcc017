import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
const holders: Actor[] = [];

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  for (let n = 0; n < 4; n++) {
    const holder = await access.person();
    await access.grant(admin, holder, 'users.read');
    holders.push(holder);
  }
});
afterAll(() => access.stop());

const list = (name: string, actor: Actor, query = '') =>
  access.call({ method: 'GET', path: `/v1/permissions/${name}/holders${query}`, actor });
const usersOf = ({ body }: { body: Record<string, unknown> }): unknown[] =>
  Array.isArray(body.items) ? body.items.map(({ userId, source }) => `${userId} ${source}`) : [];

describe('200', () => {
  it('names everybody who holds it and why, each once over its pages', async () => {
    const first = await list('users.read', admin, '?limit=2');
    const second = await list('users.read', admin, `?limit=2&cursor=${first.body.nextCursor}`);
    const third = await list('users.read', admin, `?limit=2&cursor=${second.body.nextCursor}`);
    expect(third.body.nextCursor).toBeNull();
    expect([first, second, third].flatMap(usersOf)).toEqual(
      [`${admin.userId} admin`, ...holders.map(({ userId }) => `${userId} grant`)].sort(),
    );
  });

  it('leaves out whoever lost it, as soon as that is answered', async () => {
    const leaver = await access.person();
    await access.grant(admin, leaver, 'users.read');
    await access.revoke(admin, leaver, 'users.read');
    expect(usersOf(await list('users.read', admin))).not.toContain(`${leaver.userId} grant`);
  });
});

describe('400', () => {
  it('refuses a cursor that no list gave out, one of another list included', async () => {
    const cursor = Buffer.from('["users.read"]').toString('base64url');
    const answer = await list('users.read', admin, `?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });
});

describe('404', () => {
  it('an unknown permission and one that is not for the caller to see are the same answer', async () => {
    const unknown = await list('nothing', admin);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const holder of holders) expect(await list('users.read', holder)).toEqual(unknown);
  });
});
