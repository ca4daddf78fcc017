import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

const ada = somebody();
const stranger = somebody();
const auditor = somebody();
const manager = somebody();
let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
  profile.grant(auditor, 'users.read');
  profile.grant(manager, 'users.manage');
  await profile.enrol(ada, 'ada', { firstName: 'Ada', description: 'Counts.', gender: 'female', countryCode: 'GB' });
});
afterAll(() => profile.stop());

const read = (userId: string, actor: typeof ada | null) =>
  profile.call({ method: 'GET', path: `/v1/users/${userId}`, actor });

const open = {
  id: ada.userId,
  username: 'ada',
  firstName: 'Ada',
  lastName: null,
  description: 'Counts.',
  createdAt: expect.stringMatching(/Z$/),
  updatedAt: expect.stringMatching(/Z$/),
};
const whole = {
  ...open,
  status: 'active',
  email: 'ada@example.com',
  gender: 'female',
  countryCode: 'GB',
  locale: null,
  timeZone: null,
  externalIds: {},
};

describe('200', () => {
  it('shows a person everything about themselves', async () => {
    for (const id of [ada.userId, 'me']) {
      const answer = await read(id, ada);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual(whole);
    }
  });

  it('shows everything to holders of users.read', async () => {
    expect(await (await read(ada.userId, auditor)).json()).toEqual(whole);
  });

  it('shows others no e-mail address and nothing else that is private', async () => {
    expect(await (await read(ada.userId, stranger)).json()).toEqual(open);
  });

  it('shows those who manage users the status of the account beside what everyone sees', async () => {
    expect(await (await read(ada.userId, manager)).json()).toEqual({ ...open, status: 'active' });
  });

  it('carries the version as a strong ETag', async () => {
    expect((await read(ada.userId, ada)).headers.get('etag')).toBe('"1"');
  });
});

describe('304', () => {
  const readAgain = (tag: string | null, actor: typeof ada) =>
    profile.call({ method: 'GET', path: `/v1/users/${ada.userId}`, actor, headers: { 'if-none-match': tag ?? '' } });

  it('says that nothing has changed to whoever has the profile as it is, and sends nothing', async () => {
    for (const actor of [ada, manager, stranger]) {
      const tag = (await read(ada.userId, actor)).headers.get('etag');
      const answer = await readAgain(tag, actor);
      expect(answer.status).toBe(304);
      expect(answer.headers.get('etag')).toBe(tag);
      expect(await answer.text()).toBe('');
    }
  });

  it('not to one who saw less of it', async () => {
    const tag = (await read(ada.userId, stranger)).headers.get('etag');
    const answer = await readAgain(tag, auditor);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(whole);
  });
});

describe('400', () => {
  it('refuses what is no user id', async () => {
    expect((await read('someone', ada)).status).toBe(400);
  });
});

describe('401', () => {
  it('shows nothing to whoever is not signed in', async () => {
    expect((await read(ada.userId, null)).status).toBe(401);
  });
});

describe('404', () => {
  it('knows nobody by that id, whoever asks', async () => {
    for (const actor of [stranger, auditor]) {
      const answer = await read(stranger.userId, actor);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    }
  });
});
