import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { publicRoutes } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';
import { type RawRequest, sendRaw } from './raw-request.ts';

const evil = 'https://evil.example';
/** Of all the addresses of this machine one is a proxy's; elsewhere than on Linux there is but one address. */
const proxy = '127.0.0.254';
const hasManyAddresses = process.platform === 'linux';

let stack: Stack;
let cast: Cast;
let own: string;

beforeAll(async () => {
  stack = await startStack({ environment: { TRUSTED_PROXIES: `${proxy}/32` } });
  cast = await Cast.of(stack);
  own = await ownOrigin(cast.api);
}, 60_000);

afterAll(() => stack?.stop());

const sendJson = (method: string, target: string, body: unknown, more: Partial<RawRequest> = {}) =>
  sendRaw(stack.gateway, {
    method,
    target,
    ...more,
    headers: { 'content-type': 'application/json', ...more.headers },
    body: Buffer.from(JSON.stringify(body)),
  });

/** Ways to tell a server that it has another name. */
const otherNames: Readonly<Record<string, string>> = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-server': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '1',
  'x-forwarded-prefix': '/evil',
  'x-original-host': 'evil.example',
  'x-original-url': '//evil.example/',
  'x-rewrite-url': '//evil.example/',
  'x-host': 'evil.example',
  'x-http-host-override': 'evil.example',
  forwarded: 'host=evil.example;proto=https;for=127.0.0.1',
  origin: evil,
  referer: `${evil}/`,
};

describe('a mail', () => {
  const account = () => {
    const { email, username, password } = newcomer();
    return { email, username, password };
  };
  /** What each route that has a mail sent is asked, and whom the mail then goes to. */
  const asking: Readonly<Record<string, () => Promise<readonly [body: unknown, to: string]>>> = {
    signUp: async () => {
      const body = account();
      return [body, body.email];
    },
    resendVerification: async () => {
      const body = account();
      await cast.mailedToken(body.email, 'verify', () => cast.api('POST', '/v1/registrations', { body }));
      return [{ email: body.email }, body.email];
    },
    createUser: async () => {
      const body = account();
      return [body, body.email];
    },
    forgotPassword: async () => {
      const { email } = await cast.somebody();
      return [{ email }, email];
    },
    askForMagicLink: async () => {
      const { email } = await cast.somebody();
      return [{ email }, email];
    },
    signIn: async () => {
      const { email, password } = await cast.somebody();
      return [{ identifier: email, password }, email];
    },
  };
  const mailing = publicRoutes.filter(
    ({ rate, operationId }) => rate === 'mail' || rate === 'sign_up' || operationId in asking,
  );

  it.each(mailing.map((route) => [route.operationId, route] as const))(
    'of %s names no address but the configured one, whatever the request says of us (N01)',
    async (operation, { method, path }) => {
      const [body, to] = (await asking[operation]?.()) ?? [];
      expect(to, `hostile-headers.spec.ts does not know how to ask ${operation}`).toBeDefined();
      const mailbox = createMailbox(stack.mail);
      const before = (await mailbox.all(String(to))).length;
      // A proxy may say where a request comes from, but not what we are called.
      const answer = await sendJson(method, path, body, {
        headers: { ...otherNames, 'user-agent': operation },
        from: hasManyAddresses ? proxy : undefined,
      });
      expect([operation, answer.status < 300]).toEqual([operation, true]);
      const mails = await waitFor(`a mail of ${operation}`, async () => {
        const all = await mailbox.all(String(to));
        return all.length > before && all;
      });
      for (const { text, html } of mails) {
        const links = [...`${text} ${html}`.matchAll(/https?:\/\/[^\s"'<>/]+/g)].map(([link]) => link);
        expect([operation, [...new Set(links)]]).toEqual([operation, [own]]);
        expect(text + html).not.toContain('evil');
      }
    },
  );

  it('is not what an address in the request line changes either, nor anything else that is answered (N01)', async () => {
    for (const target of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/',
      '/docs',
    ]) {
      const answer = await sendRaw(stack.gateway, { method: 'GET', target, headers: otherNames });
      expect(answer.status).toBeLessThan(400);
      expect(JSON.stringify(answer)).not.toContain('evil');
    }
    const target = 'http://evil.example/v1/password/forgot';
    expect((await sendJson('POST', target, { email: 'a@example.com' })).status).toBe(404);
  });
});

describe('the address of a client (N24)', () => {
  const claims = (address: string): Readonly<Record<string, string>> => ({
    'x-forwarded-for': address,
    'x-real-ip': address,
    'x-client-ip': address,
    'true-client-ip': address,
    'cf-connecting-ip': address,
    forwarded: `for=${address}`,
  });
  const addressSeen = async (headers: Readonly<Record<string, string>>, from: string) => {
    const { email, password } = await cast.named('traveller');
    const answer = await sendJson('POST', '/v1/sessions', { identifier: email, password }, { headers, from });
    const { accessToken } = JSON.parse(answer.text);
    const { items } = (await cast.api('GET', '/v1/sessions', { token: accessToken })).body;
    return items.find(({ current }: { current: boolean }) => current).ipAddress;
  };

  it.runIf(hasManyAddresses)('is that of the connection, unless a trusted proxy says otherwise', async () => {
    expect(await addressSeen(claims('203.0.113.7'), '127.0.0.77')).toBe('127.0.0.77');
    expect(await addressSeen(claims('203.0.113.7'), proxy)).toBe('203.0.113.7');
    expect(await addressSeen({ 'x-forwarded-for': `1.1.1.1, 203.0.113.7, ${proxy}` }, proxy)).toBe('203.0.113.7');
    for (const spelled of [
      '::ffff:203.0.113.7',
      '::FFFF:CB00:7107',
      '0:0:0:0:0:ffff:cb00:7107',
      '0000::ffff:203.0.113.7',
    ]) {
      expect([spelled, await addressSeen({ 'x-forwarded-for': spelled }, proxy)]).toEqual([spelled, '203.0.113.7']);
    }
    for (const unclear of ['203.0.113.7:80', '[::1]', '203.0.113.7, x', 'unknown', '']) {
      const seen = await addressSeen({ 'x-forwarded-for': unclear }, proxy);
      expect([unclear, seen === '203.0.113.7']).toEqual([unclear, false]);
    }
  });

  it.runIf(hasManyAddresses)('that nobody can read gives nobody more guesses (N23)', async () => {
    const { username: identifier } = await cast.somebody();
    const unreadable = ['unknown', '', '203.0.113.7:80', '::1::', '%00', '1'.repeat(2_000), ', ,', 'for=203.0.113.7'];
    const statuses: number[] = [];
    for (const address of [...unreadable, ...unreadable]) {
      const sent = { headers: { 'x-forwarded-for': address, forwarded: address }, from: proxy };
      statuses.push((await sendJson('POST', '/v1/sessions', { identifier, password: 'a guess of many' }, sent)).status);
    }
    expect(statuses).toEqual(statuses.map((_, n) => (n < 10 ? 401 : 429)));
  });

  it.runIf(hasManyAddresses)('cannot be changed to have more tries', async () => {
    const trying = Array.from({ length: 101 }, (_, n) =>
      sendJson('POST', '/v1/registrations', {}, { headers: claims(`198.51.100.${n}`), from: '127.0.0.253' }),
    );
    const statuses = (await Promise.all(trying)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });
});
