import { describe, it } from 'vitest';
import type { AccessIntent } from './commands.ts';
import type { AccessFact } from './events.ts';
import { ada, at, ben, cleo, dan, founded, given, granted, instant, suspended } from './scenario.ts';

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
const suspend = (userId: typeof ada): AccessIntent => ({ type: 'suspendUser', userId });
const restore = (userId: typeof ada): AccessIntent => ({ type: 'restoreUser', userId });
const restored = (subject: typeof ada): AccessFact => ({ type: 'user.restored', subject, data: {} });
const one = instant('13:00');
const two = instant('14:00');

/** Ben holds each of these permissions until the time beside it, or for good. */
const benHolds = (permissions: Readonly<Record<string, string | null>>) =>
  given(...founded, ...Object.entries(permissions).map(([name, until]) => granted(ben, name, until)));

describe('whoever holds a right for a time', () => {
  const limits: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
    'of the permission': { 'users.read': one, 'permissions.grant': null },
    'of the right to grant': { 'users.read': null, 'permissions.grant': one },
    'of admin': { admin: one },
    'of whichever comes first': { 'users.read': one, 'permissions.grant': two },
  };

  for (const [end, held] of Object.entries(limits)) {
    it(`grants it until the end ${end} at the latest, to themselves too`, () => {
      for (const person of [ben, cleo]) {
        benHolds(held).when(grant(person, 'users.read'), { by: ben }).thenRefused('forbidden');
        benHolds(held)
          .when(grant(person, 'users.read', instant('13:01')), { by: ben })
          .thenRefused('forbidden');
      }
      benHolds(held)
        .when(grant(cleo, 'users.read', one), { by: ben })
        .thenEvents(granted(cleo, 'users.read', one));
    });
  }

  it('grants it for as long as the longer of two reasons to hold it lasts', () => {
    benHolds({ admin: one, 'users.read': null, 'permissions.grant': null })
      .when(grant(cleo, 'users.read'), { by: ben })
      .thenEvents(granted(cleo, 'users.read'));
    benHolds({ admin: two, 'users.read': one, 'permissions.grant': one })
      .when(grant(cleo, 'users.read', two), { by: ben })
      .thenEvents(granted(cleo, 'users.read', two));
  });

  it('is told of an end that is no time as everybody is', () => {
    benHolds({ admin: one })
      .when(grant(cleo, 'users.read', 'soon'), { by: ben })
      .thenRefused('invalid_input');
  });
});

describe('an administrator for a time', () => {
  const scenario = given(...founded, granted(ben, 'admin', one), granted(cleo, 'admin'));

  it('neither takes admin from one for longer nor sets it an end', () => {
    scenario.when(revoke(cleo, 'admin'), { by: ben }).thenRefused('forbidden');
    scenario.when(grant(cleo, 'admin', one), { by: ben }).thenRefused('forbidden');
  });

  it('neither suspends nor restores one for longer', () => {
    scenario.when(suspend(cleo), { by: ben }).thenRefused('forbidden');
    given(...founded, granted(ben, 'admin', one), granted(cleo, 'admin', two), suspended(cleo))
      .when(restore(cleo), { by: ben })
      .thenRefused('forbidden');
  });

  it('does all of it to one for no longer, and to themselves', () => {
    const equals = given(...founded, granted(ben, 'admin', one), granted(cleo, 'admin', one));
    equals.when(revoke(cleo, 'admin'), { by: ben }).thenEvents({
      type: 'permission.revoked',
      subject: cleo,
      data: { permission: 'admin', before: { validUntil: one }, after: null },
    });
    equals.when(suspend(cleo), { by: ben }).thenEvents(suspended(cleo));
    equals.when(suspend(ben), { by: ben }).thenEvents(suspended(ben));
  });

  it('is one no more once the time is over', () => {
    given(...founded, granted(ben, 'users.manage'), granted(cleo, 'admin', one))
      .when(suspend(cleo), { by: ben, now: at('13:00') })
      .thenEvents(suspended(cleo));
  });
});

describe('whoever manages accounts', () => {
  it('neither suspends nor restores an administrator', () => {
    const facts = [...founded, granted(ben, 'admin'), granted(cleo, 'users.manage')];
    given(...facts)
      .when(suspend(ben), { by: cleo })
      .thenRefused('forbidden');
    given(...facts, suspended(ben))
      .when(restore(ben), { by: cleo })
      .thenRefused('forbidden');
  });

  it('leaves that to administrators, to the product, and the suspending to the person', () => {
    const facts = [...founded, granted(ben, 'admin')];
    for (const by of [ada, ben, 'service:deactivation']) {
      given(...facts)
        .when(suspend(ben), { by })
        .thenEvents(suspended(ben));
    }
    for (const by of [ada, 'service:deactivation']) {
      given(...facts, suspended(ben))
        .when(restore(ben), { by })
        .thenEvents(restored(ben));
    }
  });

  it('restores everybody else, and nobody restores themselves', () => {
    given(...founded, granted(cleo, 'users.manage'), suspended(ben))
      .when(restore(ben), { by: cleo })
      .thenEvents(restored(ben));
    given(...founded, granted(ben, 'users.manage'), suspended(ben))
      .when(restore(ben), { by: ben })
      .thenRefused('forbidden');
  });

  it('hears the same of an administrator who is not suspended, and of nobody at all', () => {
    given(...founded)
      .when(restore(ada), { by: cleo })
      .thenEvents();
    given(...founded)
      .when(restore(dan), { by: cleo })
      .thenRefused('not_found');
  });
});
