import { somebody } from '@rollcall/testing/service-under-test';
import postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { deafWay } from './testing/deaf-way.ts';
import { type ProfileUnderTest, startProfileUnderTest } from './testing/profile-under-test.ts';

let profile: ProfileUnderTest;
let way: Awaited<ReturnType<typeof deafWay>> | undefined;
const ada = somebody();
/** Twenty times as many as there are connections. */
const busy = 100;
afterEach(async () => {
  await profile.stop();
  way?.close();
});

describe('a commit whose answer is lost (F07)', () => {
  it('is not told as done, and whoever repeats the request with its key is told what was done, once', async () => {
    profile = await startProfileUnderTest(async (url) => {
      way = await deafWay(url);
      return way.url;
    });
    await profile.enrol(ada);
    const update = () =>
      profile.call({
        method: 'PATCH',
        path: `/v1/users/${ada.userId}`,
        actor: ada,
        body: { firstName: 'Augusta' },
        headers: { 'idempotency-key': 'lost' },
      });
    way?.breakAtCommit();
    const lost = await update();
    expect(way?.hasBroken()).toBe(true);
    expect(lost.status).toBe(503);
    const again = await update();
    expect(again.status).toBe(200);
    expect(again.headers.get('etag')).toBe('"2"');
    const changes = (await profile.eventsAbout(ada)).filter(({ type }) => type === 'profile.updated');
    expect(changes).toHaveLength(1);
  });
});

describe('a database whose every connection is busy (F12)', () => {
  it('is answered 503 while people still wait, told in the readiness, and well again once they are free', async () => {
    profile = await startProfileUnderTest();
    await profile.enrol(ada);
    const read = async () => (await profile.call({ method: 'GET', path: '/v1/users/me', actor: ada })).status;
    const owner = postgres(profile.databaseOwnerUrl, { max: 1, onnotice: () => undefined });
    await owner.begin(async (tx) => {
      await tx`lock table profile.profiles in access exclusive mode`;
      const began = performance.now();
      const answers = Promise.all(Array.from({ length: busy }, read));
      await expect.poll(() => profile.readiness(), { timeout: 5_000 }).toMatchObject({ database: 'unavailable' });
      expect(new Set(await answers)).toEqual(new Set([503]));
      // Those that got a connection wait three seconds for the lock, all others two for a connection.
      expect(performance.now() - began).toBeLessThan(5_000);
    });
    await expect.poll(() => profile.readiness(), { timeout: 5_000 }).toMatchObject({ database: 'ok' });
    expect(await read()).toBe(200);
    await owner.end();
  }, 30_000);
});
