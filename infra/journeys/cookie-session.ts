import type { ApiClient } from '@rollcall/testing/api-client';
import type { Newcomer } from '@rollcall/testing/people';

/** What a browser would send back of the cookies of an answer. */
export const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

/** The origin of our own pages, which alone may write with cookies. */
export const ownOrigin = async (api: ApiClient): Promise<string> =>
  (await api('GET', '/.well-known/openid-configuration')).body.issuer;

/** Signs in for cookies, and answers the headers with which a page of ours goes on. */
export const beginInCookies = async (
  api: ApiClient,
  { email, password }: Newcomer,
): Promise<{ cookie: string; origin: string }> => {
  const answer = await api('POST', '/v1/sessions?cookies=true', { body: { identifier: email, password } });
  if (answer.status !== 201) throw new Error(`no session in cookies: ${answer.status}`);
  return { cookie: cookiesOf(answer.headers), origin: await ownOrigin(api) };
};
