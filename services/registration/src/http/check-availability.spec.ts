import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

describe('200', () => {
  it('a username is free until somebody signs up with it, in whatever case, and taken for good once confirmed', async () => {
    const ada = newcomer();
    expect(await registration.isAvailable(ada.username)).toBe(true);
    await registration.signUp(ada);
    for (const spelled of [ada.username, ada.username.toUpperCase()]) {
      expect(await registration.isAvailable(spelled)).toBe(false);
    }
    await registration.verify(await registration.tokenFor(ada.username));
    expect(await registration.isAvailable(ada.username)).toBe(false);
  });
});

describe('400', () => {
  it.each([
    '',
    '?username=a',
    '?username=%00ada',
    '?username=a%20b',
    '?email=ada@example.com',
    '?username=abc&username=abd',
  ])('%s', async (query) => {
    expect((await registration.ask('GET', `/v1/registrations/availability${query}`)).status).toBe(400);
  });
});
