import type { Actor } from '@rollcall/service-kit/actor';
import { somebody } from '@rollcall/testing/service-under-test';
import { builtInPermissions } from '@rollcall/types/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ben: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  ben = await access.person();
});
afterAll(() => access.stop());

const list = (id: string, actor: Actor, query = '', root = '/v1') =>
  access.call({ method: 'GET', path: `${root}/users/${id}/permissions${query}`, actor });

describe('200', () => {
  it('shows people what they hold and where it comes from, under both names, as soon as it is granted', async () => {
    const granted = await access.grant(admin, ben, 'users.read', { validUntil: '2999-01-01T00:00:00Z' });
    const way = {
      source: 'grant',
      via: [],
      organizationId: null,
      grantedBy: admin.userId,
      grantedAt: expect.stringMatching(/Z$/),
      validUntil: '2999-01-01T00:00:00Z',
    };
    const held = { name: 'users.read', ...way, sources: [way] };
    const expected = { items: [held], nextCursor: null, revision: granted.body.revision };
    for (const root of ['/v1', '']) {
      for (const id of ['me', ben.userId]) expect((await list(id, ben, '', root)).body).toEqual(expected);
    }
  });

  it('shows that admin holds all, a page at a time', async () => {
    const first = await list('me', admin, '?limit=4');
    const rest = await list('me', admin, `?cursor=${first.body.nextCursor}`);
    const items = [first, rest].flatMap(({ body }) => (Array.isArray(body.items) ? body.items : []));
    expect(items.map(({ name }) => name)).toEqual(Object.keys(builtInPermissions).sort());
    // Of all of them only `admin` was granted as such.
    expect(items.filter(({ source }) => source === 'grant').map(({ name }) => name)).toEqual(['admin']);
    expect(rest.body.nextCursor).toBeNull();
  });

  it('shows holders of permissions.read what others hold', async () => {
    const auditor = await access.person();
    await access.grant(admin, auditor, 'permissions.read');
    expect((await list(ben.userId, auditor)).status).toBe(200);
  });

  it('shows that a suspended person holds nothing', async () => {
    const cleo = await access.person();
    await access.grant(admin, cleo, 'users.read');
    await access.suspend(cleo);
    expect((await list(cleo.userId, admin)).body).toMatchObject({ items: [] });
  });
});

describe('400', () => {
  it('refuses a cursor that no list gave out', async () => {
    const cursor = Buffer.from('["a b"]').toString('base64url');
    const answer = await list('me', ben, `?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });
});

describe('404', () => {
  it('an unknown person and one that is not for the caller to see are the same answer', async () => {
    const unknown = await list(somebody().userId, admin);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await list(admin.userId, ben)).toEqual(unknown);
    expect(await list(somebody().userId, ben)).toEqual(unknown);
  });
});
