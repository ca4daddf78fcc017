import { somebody } from '@rollcall/testing/service-under-test';
import { builtInPermissions } from '@rollcall/types/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
});
afterAll(() => access.stop());

const list = (query = '', path = '/v1/permissions') =>
  access.call({ method: 'GET', path: `${path}${query}`, actor: somebody() });

describe('200', () => {
  it('shows everybody what the product asks for, from the first start, in the order of names', async () => {
    const expected = Object.entries(builtInPermissions)
      .map(([name, description]) => ({ name, description, builtIn: true }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const path of ['/v1/permissions', '/permissions']) {
      const answer = await list('', path);
      expect(answer).toMatchObject({ status: 200, body: { items: expected, nextCursor: null } });
    }
  });

  it('gives every permission once over its pages, one made meanwhile included', async () => {
    const admin = await access.person();
    const names: unknown[] = [];
    let cursor: unknown = '';
    for (let page = 0; cursor !== null; page++) {
      const { body } = await list(`?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const items = Array.isArray(body.items) ? body.items : [];
      expect(items.length).toBeGreaterThan(0);
      names.push(...items.map(({ name }) => name));
      cursor = body.nextCursor;
      if (page === 0) await access.create(admin, 'zebras.feed');
    }
    expect(names).toEqual([...Object.keys(builtInPermissions), 'zebras.feed'].sort());
  });
});

describe('400', () => {
  it('refuses a cursor that no list gave out', async () => {
    for (const key of ['nonsense', '["a","b"]', '[1]', '["not a name"]', '{"0":"a"}', '[null]']) {
      const cursor = Buffer.from(key).toString('base64url');
      expect(await list(`?cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
    }
  });

  it('refuses a limit that is none', async () => {
    for (const limit of ['0', '201', 'all']) expect((await list(`?limit=${limit}`)).status).toBe(400);
  });
});

describe('401', () => {
  it('shows nothing to whoever is not signed in', async () => {
    expect((await access.call({ method: 'GET', path: '/v1/permissions' })).status).toBe(401);
  });
});
