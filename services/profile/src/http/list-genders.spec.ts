import { genderCodes } from '@rollcall/types/people';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
});
afterAll(() => profile.stop());

describe('200', () => {
  it('lists the codes with their labels to anyone, always in the same order', async () => {
    const answer = await profile.call({ method: 'GET', path: '/v1/genders' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      items: [
        { code: 'female', label: 'Female' },
        { code: 'male', label: 'Male' },
        { code: 'non_binary', label: 'Non-binary' },
        { code: 'other', label: 'Other' },
        { code: 'unspecified', label: 'Prefer not to say' },
      ],
      nextCursor: null,
    });
  });

  it('lists exactly the codes that a profile takes', async () => {
    const { items } = Object(await (await profile.call({ method: 'GET', path: '/v1/genders' })).json());
    expect(items.map(({ code }: { code: string }) => code)).toEqual(genderCodes);
  });
});
