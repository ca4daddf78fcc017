import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Config } from '../config.ts';
import type { Identity, TokenVerifier } from './token-verifier.ts';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** RFC 6750 section 2.1: one scheme, one space, one token. Anything else is no bearer token. */
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Who sends this request: by a bearer token, or by the session cookie when there is no `Authorization` header.
 *
 * @returns null for nobody; a refusal when what was presented does not hold.
 */
export const authenticate = async (
  config: Config,
  verifier: TokenVerifier,
  request: Request,
): Promise<Identity | null | Refusal> => {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) {
    const token = bearer.exec(authorization)?.[1];
    return token === undefined ? refuse('unauthenticated') : verifier.verify(token);
  }
  const names = cookieNames(config.secure);
  const cookies = request.headers.get('cookie');
  const access = readCookie(cookies, names.access);
  const carriesCookies = access !== undefined || readCookie(cookies, names.refresh) !== undefined;
  if (carriesCookies && !isSameSite(config, request)) return refuse('cross_site_request');
  return access === undefined ? null : verifier.verify(access);
};

/**
 * May a cookie speak for this request? Reading is harmless, since other origins cannot see the answer. For the rest
 * the browser must say that one of our own pages sent it; one that says nothing is not believed.
 */
const isSameSite = (config: Config, request: Request): boolean => {
  if (safeMethods.has(request.method)) return true;
  const origin = request.headers.get('origin');
  if (origin !== null) return config.origins.has(origin);
  return request.headers.get('sec-fetch-site') === 'same-origin';
};
