import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { describe, expect, it } from 'vitest';
import { toConfig } from '../config.ts';
import { clearedCookies, tokenAnswer } from './token-answer.ts';

const configFor = (publicUrl: string) =>
  toConfig({
    PUBLIC_URL: publicUrl,
    DATABASE_URL: 'postgres://x',
    NATS_URL: 'nats://x',
    SERVICE_TRUST_KEYS: `gateway=${'A'.repeat(43)}`,
    KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
  });
const overHttps = configFor('https://id.example');
const overHttp = configFor('http://localhost:8080');
const issued = {
  sessionId: '01900000-0000-7000-8000-000000000002',
  userId: '01900000-0000-7000-8000-000000000002',
  accessToken: 'an.access.token',
  refreshToken: 'r'.repeat(32),
};

describe('tokens', () => {
  it('stand in the body, with no cookie beside them', () => {
    const { body, headers } = tokenAnswer(overHttps, issued, false);
    expect(body).toMatchObject({ accessToken: 'an.access.token', refreshToken: issued.refreshToken });
    expect(headers).toEqual({});
  });

  it('or in cookies of this host alone over https, with nothing in the body', () => {
    const { body, headers } = tokenAnswer(overHttps, issued, true);
    expect(body).toEqual({ tokenType: 'Bearer', expiresIn: 600, user: { id: issued.userId } });
    expect(headers).toEqual({
      'set-cookie': [
        '__Host-rollcall_access=an.access.token; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
        `__Host-rollcall_refresh=${issued.refreshToken}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure`,
      ],
    });
  });

  it('over http without what a browser would then refuse', () => {
    const { headers } = tokenAnswer(overHttp, issued, true);
    expect(headers['set-cookie']).toEqual([
      'rollcall_access=an.access.token; Path=/; Max-Age=600; HttpOnly; SameSite=Lax',
      `rollcall_refresh=${issued.refreshToken}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax`,
    ]);
  });

  it('cookies are taken back under the same names and attributes', () => {
    expect(clearedCookies(overHttps)['set-cookie']).toEqual([
      '__Host-rollcall_access=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
      '__Host-rollcall_refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  it('a cookie over http never passes for one over https', () => {
    const cookie = `${cookieNames(false).refresh}=planted`;
    expect(readCookie(cookie, cookieNames(true).refresh)).toBeUndefined();
  });
});
