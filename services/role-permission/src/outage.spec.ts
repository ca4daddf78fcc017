import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from './testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());

const back = () => expect.poll(() => access.check(admin.userId, 'admin'), { timeout: 5_000 }).toBe(true);
beforeEach(async () => {
  access.road.mend();
  await back();
});

const readers = () => [
  access.call({ method: 'GET', path: '/v1/permissions', actor: admin }),
  access.call({ method: 'GET', path: '/v1/permissions/users.read', actor: admin }),
  access.call({ method: 'GET', path: '/v1/permissions/users.read/holders', actor: admin }),
  access.call({ method: 'GET', path: '/v1/users/me/permissions', actor: admin }),
];
const statuses = async () => (await Promise.all(readers())).map(({ status }) => status);

describe('while the database is down', () => {
  it('the present is answered for a second at most, then 503 and nothing from old state', async () => {
    access.road.cut();
    const cutAt = performance.now();
    expect(await access.check(admin.userId, 'admin')).toBe(true);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    let lastYes = 0;
    await vi.waitUntil(
      async () => {
        const askedAt = performance.now();
        const answer = await access.check(admin.userId, 'admin');
        if (answer === true) lastYes = askedAt - cutAt;
        return answer === 503;
      },
      { interval: 5, timeout: 5_000 },
    );
    expect(lastYes).toBeLessThan(1_050);
    expect(await statuses()).toEqual([503, 503, 503, 503]);
  });

  it('a write is not answered as done, and nobody’s right becomes a 404', async () => {
    access.road.cut();
    await expect.poll(() => access.check(admin.userId, 'admin'), { timeout: 5_000 }).toBe(503);
    const answer = await access.create(admin, 'lost');
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    access.road.mend();
    await back();
    expect(await access.eventsAbout('lost')).toEqual([]);
  });

  it('reads and writes are back by themselves when it is back', async () => {
    access.road.cut();
    await expect.poll(() => access.check(admin.userId, 'admin'), { timeout: 5_000 }).toBe(503);
    access.road.mend();
    await back();
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const ben = await access.person();
    expect((await access.grant(admin, ben, 'users.read')).status).toBe(200);
    expect(await access.check(ben.userId, 'users.read')).toBe(true);
  });
});
