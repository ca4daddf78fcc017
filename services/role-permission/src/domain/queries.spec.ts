import { builtInPermissions } from '@rollcall/types/permissions';
import { describe, expect, it } from 'vitest';
import { holds } from './holdings.ts';
import { findPermission, holdersOf, listPermissions, permissionsOf } from './queries.ts';
import {
  ada,
  at,
  ben,
  cleo,
  created,
  dan,
  founded,
  granted,
  instant,
  noon,
  stateAfter,
  suspended,
} from './scenario.ts';

const way = (source: 'grant' | 'admin', validUntil: string | null = null) => ({
  source,
  via: [],
  organizationId: null,
  grantedBy: 'service:spec',
  grantedAt: instant('12:00'),
  validUntil,
});
const only = (...of: Parameters<typeof way>) => ({ ...way(...of), sources: [way(...of)] });

describe('holding a permission', () => {
  const state = stateAfter([
    ...founded,
    granted(ben, 'users.read', instant('13:00')),
    granted(cleo, 'users.read'),
    suspended(cleo),
  ]);

  it('comes from a grant of it, until that ends', () => {
    expect(holds(state, ben, 'users.read', noon)).toBe(true);
    expect(holds(state, ben, 'users.read', at('13:00') - 1)).toBe(true);
    expect(holds(state, ben, 'users.read', at('13:00'))).toBe(false);
    expect(holds(state, ben, 'users.manage', noon)).toBe(false);
  });

  it('comes from admin, which holds every other', () => {
    expect(holds(state, ada, 'admin', noon)).toBe(true);
    expect(holds(state, ada, 'users.manage', noon)).toBe(true);
  });

  it('of a name that does not exist is nobody’s, not even an administrator’s', () => {
    expect(holds(state, ada, 'nothing.like.it', noon)).toBe(false);
  });

  it('ends for an administrator when the grant of admin ends', () => {
    const passing = stateAfter([...founded, granted(ben, 'admin', instant('13:00'))]);
    expect(holds(passing, ben, 'users.manage', noon)).toBe(true);
    expect(holds(passing, ben, 'users.manage', at('13:00'))).toBe(false);
  });

  it('is denied to the suspended and the unknown', () => {
    expect(holds(state, cleo, 'users.read', noon)).toBe(false);
    expect(holds(state, dan, 'users.read', noon)).toBe(false);
    expect(holds(state, 'service:profile', 'users.read', noon)).toBe(false);
  });

  it('is denied by a grant whose end is no time', () => {
    expect(holds(stateAfter([...founded, granted(ben, 'users.read', 'soon')]), ben, 'users.read', noon)).toBe(false);
  });
});

describe('the permissions of a user', () => {
  it('are those granted that have not ended, by name', () => {
    const state = stateAfter([...founded, granted(ben, 'users.read', instant('13:00')), granted(ben, 'keys.manage')]);
    expect([...permissionsOf(state, ben, noon)]).toEqual([
      { name: 'keys.manage', ...only('grant') },
      { name: 'users.read', ...only('grant', instant('13:00')) },
    ]);
    expect([...permissionsOf(state, ben, at('13:00'))].map(({ name }) => name)).toEqual(['keys.manage']);
    expect([...permissionsOf(state, ben, noon, { after: 'keys.manage' })].map(({ name }) => name)).toEqual([
      'users.read',
    ]);
  });

  it('are all there are for an administrator, each with the reason that lasts longest', () => {
    const state = stateAfter([
      ...founded,
      created('reports.read'),
      granted(ada, 'users.read'),
      granted(ada, 'users.manage', instant('13:00')),
    ]);
    const permissions = [...permissionsOf(state, ada, noon)];
    expect(permissions.map(({ name }) => name)).toEqual([...Object.keys(builtInPermissions), 'reports.read'].sort());
    const sources = Object.fromEntries(permissions.map(({ name, source }) => [name, source]));
    expect(sources).toMatchObject({
      admin: 'grant',
      'users.read': 'grant',
      'users.manage': 'admin',
      'reports.read': 'admin',
    });
  });

  it('are none for the suspended and the unknown', () => {
    const state = stateAfter([...founded, granted(ben, 'users.read'), suspended(ben)]);
    expect([...permissionsOf(state, ben, noon)]).toEqual([]);
    expect([...permissionsOf(state, dan, noon)]).toEqual([]);
  });
});

describe('the holders of a permission', () => {
  const state = stateAfter([
    ...founded,
    granted(cleo, 'users.read', instant('13:00')),
    granted(ben, 'users.read'),
    granted(ben, 'keys.manage'),
    suspended(ben),
  ]);

  it('are those it was granted to and all administrators, in one order, without the suspended', () => {
    expect([...holdersOf(state, 'users.read', noon)]).toEqual([
      { userId: ada, ...only('admin') },
      { userId: cleo, ...only('grant', instant('13:00')) },
    ]);
    expect([...holdersOf(state, 'users.read', noon, ada)].map(({ userId }) => userId)).toEqual([cleo]);
    expect([...holdersOf(state, 'users.read', at('13:00'))].map(({ userId }) => userId)).toEqual([ada]);
    expect([...holdersOf(state, 'keys.manage', noon)].map(({ userId }) => userId)).toEqual([ada]);
  });

  it('of admin hold it by grant', () => {
    expect([...holdersOf(state, 'admin', noon)]).toEqual([{ userId: ada, ...only('grant') }]);
  });

  it('are exactly those who hold it', () => {
    for (const permission of ['users.read', 'keys.manage', 'admin']) {
      const listed = [...holdersOf(state, permission, noon)].map(({ userId }) => userId);
      expect(listed).toEqual([ada, ben, cleo, dan].filter((user) => holds(state, user, permission, noon)));
    }
  });

  it('are nobody when it does not exist', () => {
    expect([...holdersOf(state, 'reports.read', noon)]).toEqual([]);
  });
});

describe('the list of permissions', () => {
  it('has the built-in ones before any event, and those made since, by name', () => {
    const state = stateAfter([...founded, created('reports.read')]);
    expect([...listPermissions(state)].map(({ name }) => name)).toEqual(
      [...Object.keys(builtInPermissions), 'reports.read'].sort(),
    );
    expect([...listPermissions(state, 'sessions.manage')].map(({ name }) => name)).toEqual([
      'tokens.introspect',
      'users.create',
      'users.impersonate',
      'users.manage',
      'users.read',
    ]);
    expect(findPermission(state, 'reports.read')).toEqual({
      name: 'reports.read',
      description: 'May reports.read',
      builtIn: false,
    });
    expect(findPermission(state, 'admin')?.builtIn).toBe(true);
    expect(findPermission(state, 'none')).toBeUndefined();
  });
});
