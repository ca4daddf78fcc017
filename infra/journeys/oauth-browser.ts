import { createHash, randomBytes } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '@rollcall/testing/api-client';
import type { Newcomer } from '@rollcall/testing/people';
import { beginInCookies, ownOrigin } from './cookie-session.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** A browser in front of the gateway: cookies below their paths, and the origin of our own pages. */
export class OAuthBrowser {
  readonly #api: ApiClient;
  readonly origin: string;
  #cookies: Cookie[] = [];

  private constructor(api: ApiClient, origin: string) {
    this.#api = api;
    this.origin = origin;
  }

  static async start(api: ApiClient): Promise<OAuthBrowser> {
    return new OAuthBrowser(api, await ownOrigin(api));
  }

  async signIn(person: Newcomer): Promise<void> {
    const { cookie } = await beginInCookies(this.#api, person);
    for (const pair of cookie.split('; ')) this.#keep(`${pair}; path=/`);
  }

  /** What it would send along with a request. */
  headersFor(target: string): { readonly cookie: string; readonly origin: string; readonly accept: string } {
    const { pathname } = new URL(target, this.origin);
    const held = this.#cookies.filter(({ path }) => path === '/' || `${pathname}/`.startsWith(`${path}/`));
    const cookie = held.map(({ name, value }) => `${name}=${value}`).join('; ');
    return { cookie, origin: this.origin, accept: 'text/html, application/json' };
  }

  async request(method: string, target: string, body?: unknown, more: Readonly<Record<string, string>> = {}) {
    const { pathname, search } = new URL(target, this.origin);
    const headers = { ...this.headersFor(target), ...more };
    const answer = await this.#api(method, pathname + search, { headers, ...(body === undefined ? {} : { body }) });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', ...value] = pair.split('=');
    const path = attributes.find((one) => /^path=/i.test(one))?.slice('path='.length) ?? '/';
    this.#cookies = this.#cookies.filter((one) => one.name !== name || one.path !== path);
    if (!attributes.some((one) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(one))) {
      this.#cookies.push({ name, value: value.join('='), path });
    }
  }

  /** Opens an address and follows it until it leads to the page for signing in, or away. */
  async open(target: string): Promise<{ readonly at: URL; readonly answer: ApiAnswer }> {
    let at = new URL(target, this.origin);
    for (let step = 0; step < 10; step++) {
      const answer = await this.request('GET', at.href);
      const next = answer.headers.get('location');
      if (next === null) return { at, answer };
      at = new URL(next, this.origin);
      if (at.origin !== this.origin || at.pathname === '/consent') return { at, answer };
    }
    throw new Error('the browser is led in a circle');
  }

  /** As somebody who is signed in and says yes to everything; where the application gets its answer. */
  async authorize(target: string): Promise<URL> {
    let { at } = await this.open(target);
    for (let step = 0; step < 4 && at.pathname === '/consent'; step++) {
      const address = `/v1/oauth/interactions/${at.searchParams.get('interaction')}`;
      const { prompt } = (await this.request('GET', address)).body;
      const decided = await this.request(
        'POST',
        address,
        { decision: prompt === 'consent' ? 'approve' : 'continue' },
        {
          'content-type': 'application/json',
        },
      );
      ({ at } = await this.open(decided.body.redirectTo));
    }
    return at;
  }
}

export const callback = 'https://app.example/callback';

export interface Begun {
  readonly target: string;
  readonly verifier: string;
}

/** The beginning of an authorization by an application. */
export const beginFor = (clientId: string, parameters: Readonly<Record<string, string>> = {}): Begun => {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: randomBytes(8).toString('hex'),
    ...parameters,
  });
  return { target: `/oidc/auth?${query}`, verifier };
};

/** A form, as clients of OAuth send it. */
export const postForm = (
  api: ApiClient,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> =>
  api('POST', path, {
    body: String(new URLSearchParams(form)),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
