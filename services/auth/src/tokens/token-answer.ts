import { cookieNames } from '@rollcall/types/cookies';
import { userId } from '@rollcall/types/ids';
import type { Config } from '../config.ts';

export interface IssuedTokens {
  readonly userId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export const cookie = (name: string, value: string, maxAgeSeconds: number, secure: boolean): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

/** Tokens as the client wants them: in the body, or in cookies that no script can read. */
export const tokenAnswer = (config: Config, issued: IssuedTokens, asCookies: boolean) => {
  const expiresIn = config.accessTokenLifetimeMilliseconds / 1000;
  const common = { tokenType: 'Bearer' as const, expiresIn, user: { id: userId.parse(issued.userId) } };
  if (!asCookies) {
    return { body: { ...common, accessToken: issued.accessToken, refreshToken: issued.refreshToken }, headers: {} };
  }
  const names = cookieNames(config.secureCookies);
  const refreshSeconds = config.sessionIdleMilliseconds / 1000;
  return {
    body: common,
    headers: {
      'set-cookie': [
        cookie(names.access, issued.accessToken, expiresIn, config.secureCookies),
        cookie(names.refresh, issued.refreshToken, refreshSeconds, config.secureCookies),
      ],
    },
  };
};

/** Takes the cookies back. */
export const clearedCookies = (config: Config): Readonly<Record<string, readonly string[]>> => {
  const names = cookieNames(config.secureCookies);
  return { 'set-cookie': [names.access, names.refresh].map((name) => cookie(name, '', 0, config.secureCookies)) };
};
