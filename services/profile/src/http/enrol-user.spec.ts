import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
});
afterAll(() => profile.stop());

describe('200', () => {
  it('makes the profile and says so in one event, as the person’s own doing', async () => {
    const ada = somebody();
    const answer = await profile.enrol(ada, 'ada', { firstName: 'Ada', gender: 'female' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ enrolled: true });
    const after = {
      username: 'ada',
      firstName: 'Ada',
      lastName: null,
      description: null,
      gender: 'female',
      countryCode: null,
      locale: null,
      timeZone: null,
      externalIds: {},
    };
    expect(await profile.eventsAbout(ada)).toMatchObject([
      { type: 'profile.created', actor: ada.userId, data: { version: 1 }, personal: { after } },
    ]);
  });

  it('changes nothing when it is repeated, with other values too', async () => {
    const ada = somebody();
    await profile.enrol(ada, 'ada');
    const again = await profile.enrol(ada, 'augusta', { firstName: 'Augusta' });
    expect(await again.json()).toEqual({ enrolled: false });
    expect(await profile.eventsAbout(ada)).toHaveLength(1);
    const kept = await profile.call({ method: 'GET', path: '/v1/users/me', actor: ada });
    expect(await kept.json()).toMatchObject({ username: 'ada', firstName: null });
  });

  it('makes one profile of many calls at once', async () => {
    const ada = somebody();
    const answers = await Promise.all(Array.from({ length: 8 }, () => profile.enrol(ada)));
    const bodies: unknown[] = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies).toHaveLength(8);
    expect(bodies.filter((body) => Object(body).enrolled === true)).toHaveLength(1);
    expect(await profile.eventsAbout(ada)).toHaveLength(1);
  });

  it('leaves out a gender that is not in the table rather than lose the person', async () => {
    const ada = somebody();
    expect((await profile.enrol(ada, 'ada', { gender: 'martian' })).status).toBe(200);
    const made = await profile.call({ method: 'GET', path: '/v1/users/me', actor: ada });
    expect(await made.json()).toMatchObject({ gender: null });
  });
});

describe('400', () => {
  it('loses nobody whose values were taken when the rules were wider', async () => {
    expect((await profile.enrol(somebody(), 'ada', { countryCode: 'SU', gender: 'martian' })).status).toBe(200);
  });

  it('refuses values that are none', async () => {
    expect((await profile.enrol(somebody(), 'ada', { countryCode: 7 })).status).toBe(400);
  });
});

describe('403', () => {
  it('takes the word of registration only', async () => {
    const ada = somebody();
    for (const from of ['gateway', 'auth'] as const) {
      const answer = await profile.call({
        method: 'PUT',
        path: `/internal/users/${ada.userId}`,
        from,
        actor: ada,
        body: { email: 'ada@example.com', username: 'ada', profile: {} },
      });
      expect(answer.status).toBe(403);
    }
  });
});
