import { describe, it } from 'vitest';
import type { AccessIntent } from '../commands.ts';
import type { AccessFact } from '../events.ts';
import {
  ada,
  added,
  at,
  ben,
  cleo,
  created,
  dan,
  founded,
  given,
  granted,
  instant,
  noon,
  suspended,
} from '../scenario.ts';

const add = (userId: typeof ada, mayBootstrap = false): AccessIntent => ({ type: 'addUser', userId, mayBootstrap });
const grant = (userId: typeof ada, permission: string, validUntil: string | null = null): AccessIntent => ({
  type: 'grantPermission',
  userId,
  permission,
  validUntil,
});
const revoke = (userId: typeof ada, permission: string): AccessIntent => ({
  type: 'revokePermission',
  userId,
  permission,
});
const revokedFact = (subject: typeof ada, permission: string, validUntil: string | null = null): AccessFact => ({
  type: 'permission.revoked',
  subject,
  data: { permission, before: { validUntil }, after: null },
});

describe('adding a user', () => {
  it('makes a person known', () => given().when(add(ada)).thenEvents(added(ada)));

  it('twice changes nothing', () => given(added(ada)).when(add(ada)).thenEvents());

  it('makes the first administrator of one who may be', () =>
    given()
      .when(add(ada, true))
      .thenEvents(added(ada), { type: 'access.bootstrapped', subject: ada, data: {} }, granted(ada, 'admin')));

  it('makes one who was known before the first administrator', () =>
    given(added(ada))
      .when(add(ada, true))
      .thenEvents({ type: 'access.bootstrapped', subject: ada, data: {} }, granted(ada, 'admin')));

  it('makes a first administrator once, whoever else may be', () =>
    given(...founded)
      .when(add(dan, true))
      .thenEvents(added(dan)));

  it('makes no suspended person the first administrator', () =>
    given(added(ada), suspended(ada)).when(add(ada, true)).thenEvents());
});

describe('appointing an administrator', () => {
  const appoint = (userId: typeof ada): AccessIntent => ({ type: 'appointAdmin', userId });
  const operator = { by: 'service:operator' };

  it('gives a known person everything for good', () =>
    given(...founded)
      .when(appoint(ben), operator)
      .thenEvents(granted(ben, 'admin')));

  it('takes the end off a grant that has one, and twice changes nothing', () => {
    given(...founded, granted(ben, 'admin', instant('13:00')))
      .when(appoint(ben), operator)
      .thenEvents({
        type: 'permission.granted',
        subject: ben,
        data: { permission: 'admin', before: { validUntil: instant('13:00') }, after: { validUntil: null } },
      });
    given(...founded, granted(ben, 'admin'))
      .when(appoint(ben), operator)
      .thenEvents();
  });

  it('appoints neither a stranger nor a suspended person', () => {
    given(...founded)
      .when(appoint(dan), operator)
      .thenRefused('not_found');
    given(...founded, suspended(ben))
      .when(appoint(ben), operator)
      .thenRefused('user_suspended');
  });
});

describe('defining permissions', () => {
  const create: AccessIntent = { type: 'createPermission', name: 'reports.read', description: 'May reports.read' };

  it('creates one', () =>
    given(...founded)
      .when(create)
      .thenEvents(created('reports.read')));

  it('refuses a name that exists', () => {
    given(...founded, created('reports.read'))
      .when(create)
      .thenRefused('permission_exists');
    given(...founded)
      .when({ ...create, name: 'users.read' })
      .thenRefused('permission_exists');
  });

  it('describes one anew', () =>
    given(...founded, created('reports.read'))
      .when({ type: 'describePermission', name: 'reports.read', description: 'All of them' })
      .thenEvents({
        type: 'permission.described',
        subject: 'reports.read',
        data: { name: 'reports.read', before: 'May reports.read', after: 'All of them' },
      }));

  it('lets nobody say that a built-in one means something else', () => {
    for (const description of ['See everybody', 'Read every field of every profile.']) {
      given(...founded)
        .when({ type: 'describePermission', name: 'users.read', description })
        .thenRefused('permission_protected');
    }
  });

  it('describes nothing that is described so already, and nothing that is not there', () => {
    given(...founded, created('reports.read'))
      .when({ type: 'describePermission', name: 'reports.read', description: 'May reports.read' })
      .thenEvents();
    given(...founded)
      .when({ type: 'describePermission', name: 'reports.read', description: 'x' })
      .thenRefused('not_found');
  });

  it('revokes a permission from everybody as it is deleted', () =>
    given(
      ...founded,
      created('reports.read'),
      granted(ben, 'reports.read'),
      granted(cleo, 'reports.read', instant('13:00')),
    )
      .when({ type: 'deletePermission', name: 'reports.read' })
      .thenEvents(revokedFact(ben, 'reports.read'), revokedFact(cleo, 'reports.read', instant('13:00')), {
        type: 'permission.deleted',
        subject: 'reports.read',
        data: { name: 'reports.read', description: 'May reports.read' },
      }));

  it('deletes neither what is built in nor what is not there', () => {
    given(...founded)
      .when({ type: 'deletePermission', name: 'admin' })
      .thenRefused('permission_protected');
    given(...founded)
      .when({ type: 'deletePermission', name: 'reports.read' })
      .thenRefused('not_found');
  });

  it('takes the right to manage permissions, and tells nobody else what exists', () => {
    const others = given(...founded, granted(ben, 'permissions.grant'));
    others.when(create, { by: ben }).thenRefused('forbidden');
    for (const name of ['none', 'admin']) {
      others.when({ type: 'describePermission', name, description: 'x' }, { by: ben }).thenRefused('not_found');
      others.when({ type: 'deletePermission', name }, { by: ben }).thenRefused('not_found');
    }
    given(...founded, granted(ben, 'permissions.manage'))
      .when(create, { by: ben })
      .thenEvents(created('reports.read'));
  });

  it('deletes what somebody holds only by whoever may take it from them', () => {
    const remove: AccessIntent = { type: 'deletePermission', name: 'reports.read' };
    const manager = [...founded, created('reports.read'), granted(ben, 'permissions.manage')];
    const helper = [...manager, granted(ben, 'permissions.grant')];
    const deleted: AccessFact = {
      type: 'permission.deleted',
      subject: 'reports.read',
      data: { name: 'reports.read', description: 'May reports.read' },
    };
    given(...manager)
      .when(remove, { by: ben })
      .thenEvents(deleted);
    for (const facts of [manager, helper, [...manager, granted(ben, 'reports.read')]]) {
      given(...facts, granted(cleo, 'reports.read'), suspended(cleo))
        .when(remove, { by: ben })
        .thenRefused('forbidden');
    }
    given(...helper, granted(ben, 'reports.read', instant('13:00')), granted(cleo, 'reports.read'))
      .when(remove, { by: ben })
      .thenEvents(revokedFact(ben, 'reports.read', instant('13:00')), revokedFact(cleo, 'reports.read'), deleted);
    // A grant that has ended is nothing to take, and is not left behind either.
    given(...manager, granted(cleo, 'reports.read', instant('11:00')))
      .when(remove, { by: ben })
      .thenEvents(revokedFact(cleo, 'reports.read', instant('11:00')), deleted);
  });
});

describe('granting', () => {
  it('gives a permission, for good or for a time', () => {
    given(...founded)
      .when(grant(ben, 'users.read'))
      .thenEvents(granted(ben, 'users.read'));
    given(...founded)
      .when(grant(ben, 'users.read', instant('13:00')))
      .thenEvents(granted(ben, 'users.read', instant('13:00')));
  });

  it('twice changes nothing, however the time is spelled', () => {
    given(...founded, granted(ben, 'users.read'))
      .when(grant(ben, 'users.read'))
      .thenEvents();
    given(...founded, granted(ben, 'users.read', '2026-03-01T13:00:00Z'))
      .when(grant(ben, 'users.read', '2026-03-01T13:00:00.000Z'))
      .thenEvents();
  });

  it('for another time tells the time before', () =>
    given(...founded, granted(ben, 'users.read', instant('13:00')))
      .when(grant(ben, 'users.read'))
      .thenEvents({
        type: 'permission.granted',
        subject: ben,
        data: { permission: 'users.read', before: { validUntil: instant('13:00') }, after: { validUntil: null } },
      }));

  it('refuses an end that has passed or is no time at all', () => {
    for (const end of [instant('12:00'), instant('11:59'), 'soon']) {
      given(...founded)
        .when(grant(ben, 'users.read', end))
        .thenRefused('invalid_input');
    }
  });

  it('refuses a user or a permission that is not known', () => {
    given(...founded)
      .when(grant(dan, 'users.read'))
      .thenRefused('not_found');
    given(...founded)
      .when(grant(ben, 'reports.read'))
      .thenRefused('not_found');
  });

  it('refuses a suspended user', () =>
    given(...founded, suspended(ben))
      .when(grant(ben, 'users.read'))
      .thenRefused('user_suspended'));

  it('takes the right to grant, and tells nobody else who exists', () => {
    given(...founded, granted(ben, 'users.read'))
      .when(grant(dan, 'users.read'), { by: ben })
      .thenRefused('forbidden');
    given(...founded)
      .when(grant(ben, 'users.read'), { by: 'service:profile' })
      .thenRefused('forbidden');
  });

  it('passes on only what the granter holds', () => {
    const helper = [...founded, granted(ben, 'permissions.grant'), granted(ben, 'users.read')];
    given(...helper)
      .when(grant(cleo, 'users.read'), { by: ben })
      .thenEvents(granted(cleo, 'users.read'));
    given(...helper)
      .when(grant(cleo, 'users.manage'), { by: ben })
      .thenRefused('forbidden');
  });

  it('makes administrators only by administrators', () => {
    given(...founded, granted(ben, 'permissions.grant'))
      .when(grant(ben, 'admin'), { by: ben })
      .thenRefused('forbidden');
    given(...founded, granted(ben, 'admin'))
      .when(grant(cleo, 'admin'), { by: ben })
      .thenEvents(granted(cleo, 'admin'));
  });

  it('is refused to whom a right was but is no more', () => {
    const helper = [...founded, granted(ben, 'admin', instant('13:00'))];
    given(...helper)
      .when(grant(cleo, 'users.read', instant('13:00')), { by: ben, now: at('12:59') })
      .thenEvents(granted(cleo, 'users.read', instant('13:00')));
    given(...helper)
      .when(grant(cleo, 'users.read'), { by: ben, now: at('13:00') })
      .thenRefused('forbidden');
    given(...helper, suspended(ben))
      .when(grant(cleo, 'users.read'), { by: ben, now: noon })
      .thenRefused('forbidden');
  });
});

describe('revoking', () => {
  it('takes a permission, and tells what it was', () =>
    given(...founded, granted(ben, 'users.read', instant('13:00')))
      .when(revoke(ben, 'users.read'))
      .thenEvents(revokedFact(ben, 'users.read', instant('13:00'))));

  it('takes nothing that is not held', () =>
    given(...founded)
      .when(revoke(ben, 'users.read'))
      .thenEvents());

  it('refuses a user or a permission that is not known', () => {
    given(...founded)
      .when(revoke(dan, 'users.read'))
      .thenRefused('not_found');
    given(...founded)
      .when(revoke(ben, 'reports.read'))
      .thenRefused('not_found');
  });

  it('takes only what the revoker holds', () => {
    given(...founded, granted(ben, 'permissions.grant'), granted(cleo, 'admin'))
      .when(revoke(cleo, 'admin'), { by: ben })
      .thenRefused('forbidden');
    given(...founded)
      .when(revoke(ada, 'admin'), { by: cleo })
      .thenRefused('forbidden');
  });
});

describe('the last administrator', () => {
  const notLasting: Readonly<Record<string, readonly AccessFact[]>> = {
    'there is no other': [],
    'the other is suspended': [granted(ben, 'admin'), suspended(ben)],
    'the other is so for a time': [granted(ben, 'admin', instant('13:00'))],
  };

  for (const [circumstance, facts] of Object.entries(notLasting)) {
    it(`cannot be lost, suspended or limited while ${circumstance}`, () => {
      const scenario = given(...founded, ...facts);
      scenario.when(revoke(ada, 'admin')).thenRefused('last_admin');
      scenario.when({ type: 'suspendUser', userId: ada }).thenRefused('last_admin');
      scenario.when(grant(ada, 'admin', instant('13:00'))).thenRefused('last_admin');
    });
  }

  it('may go once there is another for good', () => {
    const scenario = given(...founded, granted(ben, 'admin'));
    scenario.when(revoke(ada, 'admin')).thenEvents(revokedFact(ada, 'admin'));
    scenario.when({ type: 'suspendUser', userId: ada }).thenEvents(suspended(ada));
  });

  it('may be joined for a time, and those for a time may go', () => {
    const scenario = given(...founded, granted(ben, 'admin', instant('13:00')));
    scenario.when(revoke(ben, 'admin')).thenEvents(revokedFact(ben, 'admin', instant('13:00')));
    scenario.when({ type: 'suspendUser', userId: ben }).thenEvents(suspended(ben));
  });
});

describe('suspending and restoring', () => {
  it('denies a person everything, until it no longer does', () => {
    given(...founded)
      .when({ type: 'suspendUser', userId: ben })
      .thenEvents(suspended(ben));
    given(...founded, suspended(ben))
      .when({ type: 'restoreUser', userId: ben })
      .thenEvents({ type: 'user.restored', subject: ben, data: {} });
  });

  it('twice changes nothing', () => {
    given(...founded, suspended(ben))
      .when({ type: 'suspendUser', userId: ben })
      .thenEvents();
    given(...founded)
      .when({ type: 'restoreUser', userId: ben })
      .thenEvents();
  });

  it('refuses a person that is not known', () => {
    given(...founded)
      .when({ type: 'suspendUser', userId: dan })
      .thenRefused('not_found');
    given(...founded)
      .when({ type: 'restoreUser', userId: dan })
      .thenRefused('not_found');
  });
});
