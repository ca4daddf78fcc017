import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Config } from '../config.ts';
import type { Identity } from './identity.ts';
import type { TokenVerifier } from './token-verifier.ts';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** RFC 6750 section 2.1: one scheme, one space, one token. Anything else is no bearer token. */
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** What of a request says who sends it. */
export interface Sender {
  readonly method: string;
  readonly headers: Headers;
}

/**
 * Who sends this request: by a bearer token, or by the session cookie when there is no `Authorization` header.
 *
 * @returns null for nobody; a refusal when what was presented does not hold.
 */
export const authenticate = async (
  config: Config,
  verifier: TokenVerifier,
  sender: Sender,
): Promise<Identity | null | Refusal> => {
  const authorization = sender.headers.get('authorization');
  if (authorization !== null) {
    const token = bearer.exec(authorization)?.[1];
    return token === undefined ? refuse('unauthenticated') : verifier.verify(token);
  }
  const cookies = sender.headers.get('cookie');
  if (cookies === null) return null;
  const names = cookieNames(config.secure);
  if (mentions(cookies, names) && !isSameSite(config, sender)) return refuse('cross_site_request');
  const access = readCookie(cookies, names.access);
  return access === undefined ? null : verifier.verify(access);
};

/** Does one of ours appear at all, be it twice or broken? */
const mentions = (cookies: string, names: ReturnType<typeof cookieNames>): boolean =>
  cookies.includes(names.access) || cookies.includes(names.refresh);

/**
 * May a cookie speak for this request? Reading is harmless, since other origins cannot see the answer. For the rest
 * the browser must say that one of our own pages sent it; one that says nothing is not believed.
 */
const isSameSite = (config: Config, { method, headers }: Sender): boolean => {
  if (safeMethods.has(method)) return true;
  const origin = headers.get('origin');
  if (origin !== null) return config.origins.has(origin);
  return headers.get('sec-fetch-site') === 'same-origin';
};
