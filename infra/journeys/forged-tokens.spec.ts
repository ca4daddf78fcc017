import { createPublicKey } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { publicCallerTable } from '@rollcall/types/testing/caller-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';
import { type ForgedToken, forgedTokens, type PublishedKey, respelledTokens } from './forged-tokens.ts';
import { inTurn } from './in-turn.ts';
import { LiveClient } from './live-client.ts';
import { sendRaw } from './raw-request.ts';

let stack: Stack;
let cast: Cast;
let person: SignedInPerson;
let origin: string;
let key: PublishedKey;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  person = await cast.somebody();
  origin = await ownOrigin(cast.api);
  const [jwk] = (await cast.api('GET', '/.well-known/jwks.json')).body.keys;
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  key = { kid: jwk.kid, alg: jwk.alg, pem: String(pem), jwk };
}, 60_000);

afterAll(() => stack?.stop());

const me = '/v1/users/me';

/** What a token opens, wherever it is shown. */
const opened = async (token: string): Promise<readonly string[]> => {
  const cookie = `rollcall_access=${token}`;
  const answers = await Promise.all([
    cast.api('GET', me, { token }),
    cast.api('GET', me, { headers: { cookie } }),
    cast.api('PATCH', me, { headers: { cookie, origin }, body: { firstName: 'Mallory' } }),
  ]);
  // What may not stand in that header at all throws before it is sent.
  const connect = async () => (await LiveClient.withToken(stack.gateway, token)).close();
  const connected = await connect().then(
    () => ['a connection'],
    () => [],
  );
  const known = answers.filter(({ status }) => status !== 401);
  return [...known.map(({ status, body }) => `${status} ${body.code ?? body.id}`), ...connected];
};

const whatOpens = async (tokens: readonly ForgedToken[]): Promise<readonly unknown[]> => {
  const found = await inTurn(tokens, async ({ what, token }) => ({ what, doors: await opened(token) }));
  return found.filter(({ doors }) => doors.length > 0);
};

describe('a token that nobody here signed', () => {
  it('opens nothing: not unsigned, not signed with what is public, not by another key, not altered (N34)', async () => {
    expect(await opened(person.token)).toHaveLength(4);
    expect(await whatOpens(forgedTokens(person.token, key, cast.admin.id))).toEqual([]);
  });

  it('cannot be made with what is published: no secret key, and no way to sign with none (N34)', async () => {
    const { keys } = (await cast.api('GET', '/.well-known/jwks.json')).body;
    for (const published of keys) {
      expect(published).not.toHaveProperty('d');
      expect(published.kty).not.toBe('oct');
      expect(published.alg).toMatch(/^(?:ES|PS|RS|Ed)/);
    }
    const { body } = await cast.api('GET', '/.well-known/openid-configuration');
    // `none` is also how an application proves itself that can keep no secret (RFC 8414 section 2).
    const { token_endpoint_auth_methods_supported: methods, ...rest } = body;
    expect(JSON.stringify(rest)).not.toMatch(/"(?:none|HS\d+)"/i);
    expect(methods).not.toContain('client_secret_jwt');
  });
});

describe('the spelling of a token', () => {
  it('lets nobody be somebody else, and none that is taken for good outlives the session (N36)', async () => {
    const { id, token } = await cast.somebody();
    const taken: ForgedToken[] = [];
    for (const spelled of respelledTokens(token)) {
      const answer = await cast.api('GET', me, { token: spelled.token });
      expect([spelled.what, [200, 401].includes(answer.status)]).toEqual([spelled.what, true]);
      if (answer.status === 200) {
        expect([spelled.what, answer.body.id]).toEqual([spelled.what, id]);
        taken.push(spelled);
      }
    }
    await cast.api('DELETE', '/v1/sessions/current', { token });
    const hasStopped = async () => (await cast.api('GET', me, { token })).status === 401;
    await waitFor('the token to stop', hasStopped, 1_500);
    expect(await whatOpens([...taken, ...respelledTokens(token)])).toEqual([]);
  });
});

describe('the Authorization header', () => {
  const asking = async (authorization: string | readonly string[]) =>
    (await sendRaw(stack.gateway, { method: 'GET', target: me, headers: { authorization } })).status;

  it('has one scheme, in any case, one space and one token; nothing else of the kind is read (N33)', async () => {
    const { token } = person;
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect([scheme, await asking(`${scheme} ${token}`)]).toEqual([scheme, 200]);
    }
    for (const header of [
      token,
      `Basic ${Buffer.from(`${person.username}:${person.password}`).toString('base64')}`,
      `Basic ${token}`,
      `Token ${token}`,
      `DPoP ${token}`,
      `Bearer\t${token}`,
      `Bearer  ${token}`,
      `Bearer:${token}`,
      `Bearer "${token}"`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer x, Bearer ${token}`,
      `Basic x, Bearer ${token}`,
      [`Bearer ${token}`, `Bearer ${token}`],
      ['Basic x', `Bearer ${token}`],
      [`Bearer ${token}`, 'Bearer x'],
    ]) {
      expect([header, await asking(header)]).toEqual([header, 401]);
    }
  });
});

describe('what is no credential', () => {
  const broken = [
    { authorization: 'Bearer' },
    { authorization: 'Bearer null' },
    { authorization: 'Basic YWRtaW46YWRtaW4=' },
    { cookie: 'rollcall_access' },
    { cookie: 'rollcall_access=' },
    { cookie: 'rollcall_access=%00; rollcall_access=x' },
    { cookie: ';;=;rollcall_access=null' },
  ];

  it('passes no step of any route that asks who is there, whatever comes with it (N25, N37)', async () => {
    const guarded = publicCallerTable.filter(({ who, when }) => !who.includes('P') && when === undefined);
    expect(guarded.length).toBeGreaterThan(20);
    for (const { method, path } of guarded) {
      const target = path.replace(/:\w+/g, cast.admin.id);
      for (const given of broken) {
        const answers = [undefined, '', '{', '{}'].map((body) => {
          const headers = { ...given, origin, 'content-type': 'application/json' };
          return sendRaw(stack.gateway, {
            method,
            target,
            headers,
            body: body === undefined ? undefined : Buffer.from(body),
          });
        });
        const statuses = (await Promise.all(answers)).map(({ status }) => status);
        expect([method, path, given, statuses]).toEqual([method, path, given, [401, 401, 401, 401]]);
      }
    }
  });
});

describe('a refresh token', () => {
  it('cannot be exchanged for more than its session has, and asking for more does not use it up (N35)', async () => {
    const { token, refreshToken } = await cast.somebody();
    const claims = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
    const exchange = (more: object) => cast.api('POST', '/v1/sessions/refresh', { body: { refreshToken, ...more } });
    for (const more of [
      { scope: 'openid admin' },
      { resource: 'https://elsewhere.example' },
      { audience: 'https://elsewhere.example' },
      { aud: 'https://elsewhere.example' },
      { organizationId: cast.admin.id },
      { client_id: 'another' },
      { sub: cast.admin.id },
      { acr: 'high' },
    ]) {
      const answer = await exchange(more);
      expect([more, answer.status, answer.body.code]).toEqual([more, 400, 'invalid_input']);
    }
    const { body } = await exchange({});
    const { jti: _, iat: __, exp: ___, ...before } = claims(token);
    expect(claims(body.accessToken)).toMatchObject(before);
    expect([before.iss, before.aud]).toEqual([origin, origin]);
  });
});
