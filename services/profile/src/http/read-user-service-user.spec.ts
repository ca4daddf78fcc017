import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

const ada = somebody();
const stranger = somebody();
const registrar = somebody();
let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
  profile.grant(registrar, 'permissions.read');
  profile.grant(ada, 'reports.write');
  await profile.enrol(ada);
});
afterAll(() => profile.stop());

const read = (target: string, actor: typeof ada | null) =>
  profile.call({ method: 'GET', path: `/users/${target}`, actor });

/** Everything but the id of the request. */
const problemOf = async (answer: Response) => {
  const { instance: _, ...problem } = Object(await answer.json());
  return { status: answer.status, problem };
};

describe('200', () => {
  it('answers without ?permission= as GET /v1/users/:userId does', async () => {
    for (const actor of [ada, stranger]) {
      const twin = await profile.call({ method: 'GET', path: `/v1/users/${ada.userId}`, actor });
      const answer = await read(ada.userId, actor);
      expect(answer.headers.get('etag')).toBe(twin.headers.get('etag'));
      expect(await answer.json()).toEqual(await twin.json());
    }
  });

  it('tells a person whether they have a permission', async () => {
    for (const [permission, granted] of [
      ['reports.write', true],
      ['reports.read', false],
    ]) {
      const answer = await read(`${ada.userId}?permission=${permission}`, ada);
      expect(await answer.json()).toEqual({ permission, granted });
    }
  });

  it('tells holders of permissions.read about that user, not about themselves', async () => {
    const held = await read(`${ada.userId}?permission=reports.write`, registrar);
    expect(await held.json()).toEqual({ permission: 'reports.write', granted: true });
    const lacked = await read(`${ada.userId}?permission=permissions.read`, registrar);
    expect(await lacked.json()).toEqual({ permission: 'permissions.read', granted: false });
  });
});

describe('403', () => {
  it('shows no account to a key that may ask about permissions alone', async () => {
    const asKey = (actor: typeof ada, ...scopes: string[]) => ({ ...actor, scopes });
    for (const actor of [asKey(ada, 'access.read'), asKey(registrar, 'access.read')]) {
      const answer = await read(ada.userId, actor);
      expect(await problemOf(answer)).toMatchObject({ status: 403, problem: { code: 'insufficient_scope' } });
      expect((await read(`${ada.userId}?permission=reports.write`, actor)).status).toBe(200);
    }
    expect((await read(ada.userId, asKey(ada, 'account.read'))).status).toBe(200);
  });
});

describe('400', () => {
  it('refuses what can be no permission, and other questions', async () => {
    for (const query of ['permission=', 'permission=a%20b', 'permission=a&permission=b', 'role=a']) {
      expect((await read(`${ada.userId}?${query}`, ada)).status, query).toBe(400);
    }
  });
});

describe('401', () => {
  it('tells nothing to whoever is not signed in', async () => {
    expect((await read(ada.userId, null)).status).toBe(401);
  });
});

describe('404', () => {
  it('answers a caller who may not ask exactly as for a user who does not exist', async () => {
    const hidden = await problemOf(await read(`${ada.userId}?permission=reports.write`, stranger));
    const missing = await problemOf(await read(`${somebody().userId}?permission=reports.write`, stranger));
    expect(hidden.status).toBe(404);
    expect(hidden).toEqual(missing);
  });

  it('knows nobody by that id, whoever asks', async () => {
    expect((await read(`${somebody().userId}?permission=reports.write`, registrar)).status).toBe(404);
  });
});
