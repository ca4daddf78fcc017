import { redirectProvider } from '@rollcall/testing/identity-providers';
import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { problems } from '@rollcall/types/problems';
import { isInternal } from '@rollcall/types/route-definition';
import { publicRoutes, routeTable } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { spellingsOf } from './path-spellings.ts';
import { sendRaw } from './raw-request.ts';
import { signedFor } from './signed-requests.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

const filled = (path: string): string => {
  const { id } = cast.admin;
  const special: Readonly<Record<string, string>> = {
    position: '1',
    assignee: `user:${id}`,
    provider: redirectProvider,
    clientId: `client_${'A'.repeat(22)}`,
    uid: 'A'.repeat(43),
  };
  return path.replace(/:(\w+)/g, (_, name: string) => special[name] ?? id);
};

describe('a path that is spelled in another way (N32)', () => {
  const refused = async (method: string, target: string, headers: Readonly<Record<string, string>>) => {
    const { status } = await sendRaw(stack.gateway, { method, target, headers });
    return [400, 404, 405].includes(status) ? [] : [`${method} ${target}: ${status}`];
  };

  it('leads to nothing internal, not even an administrator', async () => {
    const headers = { authorization: `Bearer ${cast.admin.token}` };
    const internal = [...routeTable.filter(isInternal), { method: 'GET', path: '/internal/readiness' }];
    for (const { method, path } of internal) {
      const target = filled(path);
      const asked = [target, ...spellingsOf(target)].map((spelled) => refused(method, spelled, headers));
      expect((await Promise.all(asked)).flat()).toEqual([]);
    }
  });

  it('is no way round signing in', async () => {
    const guarded = publicRoutes.filter(({ callers, method }) => !callers.includes('public') && method === 'GET');
    for (const { method, path } of guarded) {
      const asked = spellingsOf(filled(path)).map(async (spelled) => {
        const { status } = await sendRaw(stack.gateway, { method, target: spelled });
        return status >= 400 && status < 500 ? [] : [`${spelled}: ${status}`];
      });
      expect((await Promise.all(asked)).flat()).toEqual([]);
    }
  });
});

describe('many requests that fail at once', () => {
  it('are each told of their own mistake, under a number of their own, and of nobody else’s (N43)', async () => {
    const { token } = cast.admin;
    const asking = Array.from({ length: 200 }, async (_, n) => {
      const canary = `canary-${n}-`;
      const ways = [
        () => cast.api('POST', '/v1/sessions', { body: { [canary]: 1 } }),
        () => cast.api('PATCH', '/v1/users/me', { token, body: { [canary]: 1 } }),
        () => cast.api('POST', '/v1/permissions', { token, body: { [canary]: 1 } }),
        () => cast.api('GET', `/v1/activity?${canary}=1`, { token }),
      ];
      const { body, headers } = (await ways[n % ways.length]?.()) ?? {};
      const seen = [...JSON.stringify(body).matchAll(/canary-\d+-/g)].map(([found]) => found);
      expect([...new Set(seen)]).toEqual([canary]);
      expect(body.instance).toContain(headers?.get('x-request-id'));
      return body.instance;
    });
    expect(new Set(await Promise.all(asking)).size).toBe(200);
  });
});

describe('a body of nothing but blanks', () => {
  const taking = publicRoutes.filter(({ body }) => body !== undefined);

  it.each(taking.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is read by %s up to its limit, and not a byte beyond it (N53)',
    async (_, route) => {
      const { method, path, bodyLimit = 65_536 } = route;
      const headers = { authorization: `Bearer ${cast.admin.token}`, 'content-type': 'application/json' };
      const asking = [false, true].flatMap((chunked) =>
        [bodyLimit - 1, bodyLimit, bodyLimit + 1].map(async (size) => {
          const body = Buffer.alloc(size, 0x20);
          const request = { method, target: filled(path), headers, body, chunked };
          const { text } = await sendRaw(stack.gateway, signedFor(route, request));
          return [size, JSON.parse(text).code];
        }),
      );
      const expected = [
        [bodyLimit - 1, 'malformed_json'],
        [bodyLimit, 'malformed_json'],
        [bodyLimit + 1, 'payload_too_large'],
      ];
      expect(await Promise.all(asking)).toEqual([...expected, ...expected]);
    },
  );
});

describe('an address', () => {
  it('that is taken is the one to which the mail is delivered, and the only one (N56)', async () => {
    const name = newcomer('n').username;
    for (const address of [`o'hara+${name}@mail.example.co.uk`, `UP${name}@Example.COM`]) {
      const body = { ...newcomer(), email: address };
      expect((await cast.api('POST', '/v1/registrations', { body })).status).toBe(202);
      const mail = await createMailbox(stack.mail).waitForMail(address, /confirm/i);
      const [local, domain] = address.split('@');
      // The case of a domain means nothing.
      expect(mail.to).toEqual([`${local}@${domain?.toLowerCase()}`]);
    }
  });

  it('that some mail software reads as another one is refused wherever one is asked for (N56, N57)', async () => {
    const asking = publicRoutes.filter(({ operationId }) =>
      ['signUp', 'createUser', 'resendVerification', 'forgotPassword'].includes(operationId),
    );
    for (const { method, path, operationId, invalidInput = 'invalid_input' } of asking) {
      const isAccount = operationId === 'signUp' || operationId === 'createUser';
      for (const email of [
        'a@b.co, evil@x.co',
        'a@b.co;evil@x.co',
        'a@b.co\r\nRCPT TO:<evil@x.co>',
        'a@b.co\nBcc: evil@x.co',
        '"evil@x.co x"@b.co',
        '"a@b.co"<evil@x.co>',
        'ada <evil@x.co>',
        'a(evil@x.co)@b.co',
        '<evil@x.co>',
        'evil@x.co\u0000@b.co',
        'a@b.co SIZE=1',
        `${'('.repeat(20_000)}a@b.co`,
      ]) {
        const answer = await cast.api(method, path, { body: isAccount ? { ...newcomer(), email } : { email } });
        const [error] = answer.body.errors ?? [];
        expect([path, email, answer.status]).toEqual([path, email, problems[invalidInput].status]);
        expect([path, email, error?.pointer]).toEqual([path, email, '/body/email']);
      }
    }
    expect(await createMailbox(stack.mail).all('evil@x.co')).toEqual([]);
  });
});
