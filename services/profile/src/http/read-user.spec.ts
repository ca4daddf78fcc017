import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

const ada = somebody();
const stranger = somebody();
const auditor = somebody();
let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
  profile.grant(auditor, 'users.read');
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

  it('carries the version as a strong ETag', async () => {
    expect((await read(ada.userId, stranger)).headers.get('etag')).toBe('"1"');
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
