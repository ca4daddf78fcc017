import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Options,
  type RolePermissionUnderTest,
  startRolePermissionUnderTest,
} from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
const start = async (options?: Options) => {
  access = await startRolePermissionUnderTest(options);
};
afterEach(() => access.stop());

const token = 'a set-up token of more than 32 characters';
const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://rollcall.test' };
const bootstraps = async (): Promise<number> => {
  const rows = await access.database.owner`select from role_permission.events where type = 'access.bootstrapped'`;
  return rows.length;
};

describe('200', () => {
  it('on a developer’s machine the first person becomes the administrator, the second does not', async () => {
    await start();
    const [ada, ben] = [somebody(), somebody()];
    expect(await access.enrol(ada)).toMatchObject({ status: 200, body: { enrolled: true, revision: 3 } });
    expect(await access.enrol(ben)).toMatchObject({ status: 200, body: { enrolled: true, revision: 4 } });
    expect(await access.check(ada.userId, 'users.manage')).toBe(true);
    expect(await access.check(ben.userId, 'users.manage')).toBe(false);
  });

  it('of 50 who come at once exactly one becomes the administrator, on two replicas too', async () => {
    await start();
    const replica = await access.startReplica();
    const people = Array.from({ length: 50 }, somebody);
    const answers = await Promise.all(
      people.map((person, n) => access.enrol(person, {}, n % 2 ? replica : access.service)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await bootstraps()).toBe(1);
    // The poll of a replica may still be on its way.
    for (const one of [access.service, replica]) {
      await expect
        .poll(async () => {
          const checks = await Promise.all(people.map(({ userId }) => access.check(userId, 'admin', one)));
          return checks.filter((granted) => granted === true).length;
        })
        .toBe(1);
    }
  });

  it('a person is enrolled once, however often and how many at once it is told', async () => {
    await start();
    const ada = somebody();
    await Promise.all(Array.from({ length: 8 }, () => access.enrol(ada)));
    expect(await access.enrol(ada)).toMatchObject({ body: { enrolled: false, revision: 3 } });
    const types = (await access.eventsAbout(ada.userId)).map(({ type }) => type);
    expect(types).toEqual(['access.user_added', 'access.bootstrapped', 'permission.granted']);
  });

  it('in production nobody becomes the administrator by coming first', async () => {
    await start({ variables: { ...production, ROLLCALL_SETUP_TOKEN: token } });
    const people = [somebody(), somebody(), somebody()];
    const wishes = [{}, { isDesignated: false }, { setupTokenDigest: digestOf('another token') }];
    for (const [n, person] of people.entries()) {
      expect((await access.enrol(person, wishes[n])).status).toBe(200);
      expect(await access.check(person.userId, 'admin')).toBe(false);
    }
    expect(await bootstraps()).toBe(0);
  });

  it('in production whoever shows the set-up token becomes it, the first of them only', async () => {
    await start({ variables: { ...production, ROLLCALL_SETUP_TOKEN: token } });
    const [early, ada, late] = [somebody(), somebody(), somebody()];
    await access.enrol(early);
    for (const person of [ada, late]) await access.enrol(person, { setupTokenDigest: digestOf(token) });
    expect(await access.check(ada.userId, 'admin')).toBe(true);
    expect(await access.check(late.userId, 'admin')).toBe(false);
    expect(await bootstraps()).toBe(1);
  });

  it('in production whom the configuration names becomes it, without any token', async () => {
    await start({ variables: production });
    const [early, ada] = [somebody(), somebody()];
    await access.enrol(early, { setupTokenDigest: digestOf('') });
    await access.enrol(ada, { isDesignated: true });
    expect(await access.check(early.userId, 'admin')).toBe(false);
    expect(await access.check(ada.userId, 'admin')).toBe(true);
  });

  it('there is no second first administrator after a restart', async () => {
    await start();
    await access.enrol(somebody());
    const restarted = await access.startReplica();
    const ben = somebody();
    await access.enrol(ben, {}, restarted);
    expect(await access.check(ben.userId, 'admin', restarted)).toBe(false);
  });
});

describe('403', () => {
  it('takes the word of registration only', async () => {
    await start();
    const ada = somebody();
    for (const from of ['gateway', 'auth', 'deactivation'] as const) {
      const path = `/internal/users/${ada.userId}`;
      const answer = await access.call({ method: 'PUT', path, from, actor: ada, body: { isDesignated: true } });
      expect(answer.status).toBe(403);
    }
    expect(await bootstraps()).toBe(0);
  });
});
