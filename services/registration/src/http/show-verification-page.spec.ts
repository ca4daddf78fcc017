import { createHash } from 'node:crypto';
import { showVerificationPage } from '@rollcall/types/routes/registration';
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

const { path } = showVerificationPage;
const show = (query = '') => registration.ask('GET', `${path}${query}`);
const hashOf = (page: string, tag: string): string => {
  const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
};

describe('200', () => {
  it('runs its own script and style and nothing else, and sends its address nowhere', async () => {
    const { status, headers, page } = await show('?token=abc');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['content-security-policy']?.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hashOf(page, 'style')}`,
      `script-src ${hashOf(page, 'script')}`,
      "connect-src 'self'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.match(/<(script|style|link|img|iframe)\b/g)).toEqual(['<style', '<script']);
    expect(page).toContain('data-action="/v1/registrations/verify"');
  });

  it('opening it uses nothing up: scanners open links', async () => {
    const ada = newcomer();
    await registration.signUp(ada);
    const token = await registration.tokenFor(ada.username);
    for (let look = 0; look < 3; look++) expect((await show(`?token=${token}`)).page).toContain(`value="${token}"`);
    expect((await registration.verify(token)).status).toBe(200);
  });

  it('shows what the address says as text only', async () => {
    const { page } = await show(`?token=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });
});
