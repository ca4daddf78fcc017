import type { Actor } from '@rollcall/service-kit/actor';
import { cookieNames } from '@rollcall/types/cookies';
import { z } from 'zod';
import type { AuthUnderTest } from './auth-under-test.ts';
import { actorOf, type Person } from './people.ts';

export const issuer = 'http://rollcall.test';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What a browser is to the service: cookies, each below its path, and whoever the gateway finds in them. */
export class Browser {
  readonly #auth: AuthUnderTest;
  readonly userAgent: string;
  cookies: Cookie[] = [];
  actor: Actor | null = null;

  constructor(auth: AuthUnderTest, userAgent = 'a browser') {
    this.#auth = auth;
    this.userAgent = userAgent;
  }

  /** Signs in for cookies. */
  async signIn(person: Pick<Person, 'username' | 'password'>): Promise<void> {
    const body = { identifier: person.username, password: person.password };
    await this.request('POST', '/v1/sessions?cookies=true', { body });
    this.recognize();
  }

  /** As the gateway does with each request. */
  recognize(): void {
    const access = this.cookies.find(({ name }) => name === cookieNames(false).access);
    this.actor = access === undefined ? null : actorOf(access.value);
  }

  async request(
    method: string,
    target: string,
    { body, form }: { readonly body?: unknown; readonly form?: Readonly<Record<string, string>> } = {},
  ): Promise<Response> {
    const { pathname, search } = new URL(target, issuer);
    const cookie = this.cookies
      .filter(({ path }) => path === '/' || pathname === path || pathname.startsWith(`${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await this.#auth.send({
      method,
      path: pathname + search,
      actor: this.actor,
      userAgent: this.userAgent,
      ...(body === undefined ? {} : { body }),
      ...(form === undefined ? {} : { rawBody: String(new URLSearchParams(form)) }),
      headers: {
        accept: 'text/html, application/json',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(cookie === '' ? {} : { cookie }),
      },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? '/';
    this.cookies = this.cookies.filter((one) => one.name !== name || one.path !== path);
    const isOver = attribute('max-age') === '0' || Date.parse(attribute('expires') ?? '9999-01-01') < Date.now();
    if (!isOver) this.cookies.push({ name, value, path });
  }

  /** Opens an address and follows it as far as it leads within the service. */
  async open(target: string): Promise<{ readonly location: URL; readonly response: Response }> {
    let location = new URL(target, issuer);
    for (let step = 0; step < 10; step++) {
      const response = await this.request('GET', location.href);
      const next = response.headers.get('location');
      if (next === null) return { location, response };
      location = new URL(next, issuer);
      if (location.origin !== issuer || location.pathname === '/consent') return { location, response };
    }
    throw new Error('the browser is led in a circle');
  }

  /** What the page for signing in does: asks what it is about, decides, and goes where it is sent. */
  async decide(at: URL, decision: 'continue' | 'approve' | 'deny'): Promise<URL> {
    const response = await this.request('POST', `/v1/oauth/interactions/${at.searchParams.get('interaction')}`, {
      body: { decision },
    });
    if (response.status !== 200) throw new Error(`${decision} was answered ${response.status}`);
    const { redirectTo } = z.object({ redirectTo: z.string() }).parse(await response.json());
    return (await this.open(redirectTo)).location;
  }

  /** Goes through with an authorization as somebody who says yes to everything; where the application gets its answer. */
  async authorize(target: string): Promise<URL> {
    let { location } = await this.open(target);
    for (let step = 0; step < 4 && location.pathname === '/consent'; step++) {
      const uid = location.searchParams.get('interaction');
      const read = await this.request('GET', `/v1/oauth/interactions/${uid}`);
      const { prompt } = z.object({ prompt: z.enum(['login', 'consent']) }).parse(await read.json());
      location = await this.decide(location, prompt === 'consent' ? 'approve' : 'continue');
    }
    return location;
  }

  /** Types the code of a device into its page and goes through with it; what the browser shows in the end. */
  async connectDevice(userCode: string, more: Readonly<Record<string, string>> = {}): Promise<Response> {
    const page = await this.request('GET', '/oidc/device');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const entered = await this.request('POST', '/oidc/device', {
      form: { xsrf, user_code: userCode, confirm: 'yes', ...more },
    });
    const next = entered.headers.get('location');
    if (next === null) return entered;
    return this.#goOn(new URL(next, issuer));
  }

  async #goOn(from: URL): Promise<Response> {
    let at = from;
    for (let step = 0; step < 4; step++) {
      const uid = at.searchParams.get('interaction');
      const read = await this.request('GET', `/v1/oauth/interactions/${uid}`);
      const { prompt } = z.object({ prompt: z.enum(['login', 'consent']) }).parse(await read.json());
      const decided = await this.request('POST', `/v1/oauth/interactions/${uid}`, {
        body: { decision: prompt === 'consent' ? 'approve' : 'continue' },
      });
      const { redirectTo } = z.object({ redirectTo: z.string() }).parse(await decided.json());
      const { location, response } = await this.open(redirectTo);
      if (location.pathname !== '/consent') return response;
      at = location;
    }
    throw new Error('the browser is asked without end');
  }
}
