import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshClaims, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';
import { LiveClient } from '../testing/live-client.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

const required = { user: 'organization:strict#member', relation: 'required', object: 'policy:second_factor' };

/** Somebody, as a member of the organization that wants a second factor if they are to be. */
const somebody = async (isMember: boolean, methods = ['pwd']) => {
  const claims = freshClaims();
  if (isMember) {
    const member = { user: `user:${claims.sub}`, relation: 'member', object: 'organization:strict' };
    await gateway.hasFollowed(gateway.access.write({ write: required }, { write: member }));
  }
  return gateway.sign({ claims: { ...claims, amr: methods } });
};
const ask = (token: string, path = '/v1/activity') => gateway.ask(path, { token });

describe('an operator who wants a second factor', () => {
  const governedBy = async (wantedOf: string) => {
    const strict = await startGatewayUnderTest({ environment: { ROLLCALL_SECOND_FACTOR_OF: wantedOf } });
    onTestFinished(() => strict.stop());
    const { sub } = freshClaims();
    const administrator = { user: `user:${sub}`, relation: 'holder', object: 'permission:admin' };
    await strict.hasFollowed(strict.access.write({ write: administrator }));
    return async (who: 'administrator' | 'other', amr: readonly string[], path = '/v1/activity') => {
      const token = await strict.sign({ claims: { ...(who === 'administrator' ? { sub } : {}), amr } });
      const { status, body } = await strict.ask(path, { token });
      return [status, body.code];
    };
  };
  const due = [401, 'second_factor_required'];
  const welcome = [200, undefined];

  it('of everybody keeps all from everything until they have proved one, which they may add', async () => {
    const ask = await governedBy('everybody');
    for (const who of ['administrator', 'other'] as const) {
      expect(await ask(who, ['pwd'])).toEqual(due);
      expect(await ask(who, ['pwd', 'otp', 'mfa'])).toEqual(welcome);
      expect(await ask(who, ['pwd'], '/v1/mfa/totp')).toEqual(welcome);
    }
  });

  it('of administrators keeps those and nobody else', async () => {
    const ask = await governedBy('administrators');
    expect(await ask('administrator', ['pwd'])).toEqual(due);
    expect(await ask('administrator', ['pwd', 'otp', 'mfa'])).toEqual(welcome);
    expect(await ask('other', ['pwd'])).toEqual(welcome);
  });
});

describe('whoever has to prove a second factor first', () => {
  const post = (path: string, token: string, body: object) =>
    gateway.ask(path, {
      ...{ token, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(body),
    });

  it.each([
    ['/users/create', { user: { email: 'ada@example.com', username: 'ada', password: 'a long one of hers' } }],
    ['/oidc/register', { client_name: 'Notes' }],
  ])('is told so where anybody may come and some may do more: %s', async (path, body) => {
    const answer = await post(path, await somebody(true), body);
    expect(answer.status).toBe(401);
    expect((await post(path, await somebody(false), body)).status).toBeLessThan(300);
  });

  it('is nobody elsewhere where anybody may come: signing in goes on, and links nothing', async () => {
    const path = '/v1/identities/google/begin';
    await post(path, await somebody(true), { purpose: 'link' });
    await post(path, await somebody(false), { purpose: 'link' });
    const actors = gateway.services.callsOf('beginIdentity').map(({ context }) => context.actor);
    expect(actors).toEqual([null, expect.objectContaining({ methods: ['pwd'] })]);
  });
});

describe('an organization that wants a second factor', () => {
  it('401 second_factor_required: keeps its members from everything until they have proved one', async () => {
    const answer = await ask(await somebody(true));
    expect(answer).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="aal2"',
    );
    expect(gateway.services.callsOf('listActivity')).toEqual([]);
  });

  it('keeps nobody who has proved one, and nobody who is no member', async () => {
    expect((await ask(await somebody(true, ['pwd', 'otp', 'mfa']))).status).toBe(200);
    expect((await ask(await somebody(false))).status).toBe(200);
  });

  it('lets its members add one, look after their sessions, and read what everybody may', async () => {
    const token = await somebody(true);
    for (const path of ['/v1/mfa/totp', '/v1/passkeys', '/v1/sessions', '/v1/genders']) {
      expect([path, (await ask(token, path)).status]).toEqual([path, 200]);
    }
  });

  it('lets no connection go on by another token without one', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    const client = await new LiveClient(gateway.url, { token }).opened();
    const member = { user: `user:${claims.sub}`, relation: 'member', object: 'organization:strict' };
    await gateway.hasFollowed(gateway.access.write({ write: required }, { write: member }));
    const renew = async (amr: readonly string[]) => {
      client.say({ type: 'authenticate', token: await gateway.sign({ claims: { ...claims, amr: [...amr] } }) });
    };
    await renew(['pwd']);
    expect(await client.heard('error')).toMatchObject({ problem: { code: 'second_factor_required' } });
    await renew(['pwd', 'otp', 'mfa']);
    await client.heard('authenticated');
    client.socket.terminate();
  });

  it('wants it no longer once that is taken back', async () => {
    const token = await somebody(true);
    expect((await ask(token)).status).toBe(401);
    await gateway.hasFollowed(gateway.access.write({ remove: required }));
    expect((await ask(token)).status).toBe(200);
  });
});
