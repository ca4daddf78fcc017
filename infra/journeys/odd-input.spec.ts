import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { publicRoutes } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doubtfulText } from './bad-values.ts';
import { callerRequests } from './caller-requests.ts';
import { Cast } from './cast.ts';
import { fieldsOf } from './declared-fields.ts';
import { sendRaw } from './raw-request.ts';
import { sharedPermission } from './shared-permission.ts';
import { signedFor } from './signed-requests.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  await cast.define(sharedPermission);
}, 60_000);

afterAll(() => stack?.stop());

describe('a name that every object has', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

  it('is no permission until there is one of that name, and then one like any other', async () => {
    const { id, token } = await cast.somebody();
    const asks = async (name: string) =>
      (await cast.api('GET', `/users/${id}?permission=${name}`, { token })).body.granted;
    for (const name of names) {
      expect([name, await asks(name)]).toEqual([name, false]);
      for (const [method, path] of [
        ['GET', `/v1/permissions/${name}`],
        ['PUT', `/v1/users/${id}/permissions/${name}`],
        ['DELETE', `/v1/permissions/${name}`],
      ] as const) {
        const answer = await cast.api(method, path, { token: cast.admin.token });
        expect([name, method, answer.status, answer.body.code]).toEqual([name, method, 404, 'not_found']);
      }
      await cast.asAdmin('POST', '/v1/permissions', { name, description: 'An odd name.' });
      expect([name, await asks(name)]).toEqual([name, false]);
      await cast.asAdmin('PUT', `/v1/users/${id}/permissions/${name}`);
      expect([name, await asks(name)]).toEqual([name, true]);
      await cast.asAdmin('DELETE', `/v1/permissions/${name}`);
      expect([name, await asks(name)]).toEqual([name, false]);
    }
  });
});

describe('text that is odd', () => {
  it('is kept in a profile just as it was sent, or refused with the profile as it was (N60)', async () => {
    const { token } = await cast.somebody();
    for (const field of ['firstName', 'lastName', 'description'] as const) {
      for (const { what, value } of doubtfulText) {
        const before = (await cast.api('GET', '/v1/users/me', { token })).body;
        const { status, body } = await cast.api('PATCH', '/v1/users/me', { token, body: { [field]: value } });
        const after = (await cast.api('GET', '/v1/users/me', { token })).body;
        if (status === 200) expect([field, what, after[field]]).toEqual([field, what, value]);
        else {
          expect([field, what, status, body.errors[0].pointer]).toEqual([field, what, 400, `/body/${field}`]);
          expect(after).toEqual(before);
        }
      }
    }
  });

  it('is kept in the description of a permission just as it was sent, or refused (N60)', async () => {
    const { token } = cast.admin;
    const path = `/v1/permissions/${sharedPermission}`;
    for (const { what, value } of doubtfulText) {
      const { status, body } = await cast.api('PATCH', path, { token, body: { description: value } });
      if (status === 200) expect((await cast.asAdmin('GET', path)).description).toBe(value);
      else expect([what, status, body.errors[0].pointer]).toEqual([what, 400, '/body/description']);
    }
  });

  const others = publicRoutes.filter(({ body, method }) => body && method !== 'PATCH');

  it.each(others.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is taken or refused by %s, and breaks nothing',
    async (_, route) => {
      const compose = callerRequests[route.operationId];
      if (!compose || !route.body) throw new Error(`caller-requests.ts has no request for ${route.operationId}`);
      // Whose account or password may be another afterwards is nobody else's subject.
      const isLasting = !/deactivate|password/.test(route.path);
      const subject = isLasting ? await cast.named('odd-subject') : await cast.somebody();
      const caller = await cast.named('odd-caller');
      const valid = await compose({ cast, kind: 'other', caller, subject });
      const target = route.path.replace(/:(\w+)/g, (_, name: string) => valid.params?.[name] ?? name);
      const { token } = await signIn(cast.api, cast.admin);
      const texts = fieldsOf(route.body).filter(({ kind, path }) => kind === 'text' && path.length === 1);
      for (const [name = ''] of texts.map(({ path }) => path)) {
        const sending = doubtfulText.map(async ({ what, value }) => {
          const body = { ...(typeof valid.body === 'object' ? valid.body : {}), [name]: value };
          const request = {
            method: route.method,
            target,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: Buffer.from(JSON.stringify(body)),
          };
          const { status, contentType } = await sendRaw(stack.gateway, signedFor(route, request));
          const isFine = status < 400 || (status < 500 && contentType === 'application/problem+json');
          return isFine ? [] : [`${what} as ${name}: ${status} ${contentType}`];
        });
        expect((await Promise.all(sending)).flat()).toEqual([]);
      }
      await cast.api('DELETE', '/v1/sessions/current', { token });
    },
  );
});

describe('a name that differs only in case', () => {
  it('is a taken username, wherever one is chosen', async () => {
    const { username } = await cast.somebody('someone');
    const { email, password } = newcomer();
    const body = { email, username: username.toUpperCase(), password };
    const signedUp = await cast.api('POST', '/v1/registrations', { body });
    expect(signedUp).toMatchObject({ status: 409, body: { code: 'username_taken' } });
    expect(signedUp.body.errors[0].pointer).toBe('/body/username');

    const created = await cast.api('POST', '/users/create', { body });
    expect(created).toMatchObject({ status: 422, body: { errors: [{ pointer: '/body/username' }] } });
    const { available } = await cast.asAdmin(
      'GET',
      `/v1/registrations/availability?username=${username.toUpperCase()}`,
    );
    expect(available).toBe(false);
  });

  it('goes to one of those who ask for it at once', async () => {
    const { username, password } = newcomer('Race');
    const spellings = [username, username.toUpperCase(), username.toLowerCase(), `R${username.slice(1).toUpperCase()}`];
    const answers = await Promise.all(
      [...spellings, ...spellings].map((spelled, n) => {
        const body = { email: `${username}-${n}@example.com`, username: spelled, password };
        return cast.api('POST', '/v1/registrations', { body });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array.from({ length: 7 }, () => 409)]);
  });

  it('is a taken address: who may know is told, anyone else is answered as always, and the owner hears of it', async () => {
    const owner = await cast.somebody('owner');
    const { username, password } = newcomer();
    const body = { email: owner.email.toUpperCase().replace('@EXAMPLE.COM', '@Example.com'), username, password };

    const known = await cast.api('POST', '/users/create', { token: cast.admin.token, body });
    expect(known).toMatchObject({ status: 422, body: { errors: [{ pointer: '/body/email' }] } });

    const signedUp = await cast.api('POST', '/v1/registrations', { body });
    expect(signedUp).toMatchObject({ status: 202, body: { status: 'verification_sent' } });
    await createMailbox(stack.mail).waitForMail(owner.email, /already have an account/i);
    const other = await cast.api('POST', '/v1/sessions', { body: { identifier: username, password } });
    expect(other).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    const byOtherCase = await cast.api('POST', '/v1/sessions', {
      body: { identifier: body.email, password: owner.password },
    });
    expect(byOtherCase).toMatchObject({ status: 201, body: { user: { id: owner.id } } });
  });
});

describe('credentials that are none', () => {
  const headers = [
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer  two-spaces' },
    { authorization: 'Bearer a b' },
    { authorization: 'Bearer null' },
    { authorization: 'Bearer ..' },
    { authorization: `Bearer ${'a'.repeat(8_000)}` },
    { authorization: 'Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.' },
    { authorization: 'Basic YWRtaW46YWRtaW4=' },
    { authorization: 'token' },
    { cookie: 'rollcall_access' },
    { cookie: 'rollcall_access=' },
    { cookie: 'rollcall_access=; rollcall_access=x' },
    { cookie: `rollcall_access=${'%'.repeat(50)}` },
    { cookie: ';;;===;;' },
    { cookie: `rollcall_access=${'a'.repeat(8_000)}` },
  ];

  it.each(headers.map((one) => [JSON.stringify(one).slice(0, 60), one] as const))(
    '%s opens nothing (N25, N33)',
    async (_, given) => {
      const read = await cast.api('GET', '/v1/users/me', { headers: given });
      expect([read.status, read.body.code]).toEqual([401, 'unauthenticated']);
      const { status } = await cast.api('DELETE', '/v1/sessions', { headers: given });
      expect([401, 403]).toContain(status);
    },
  );

  it('do not break what is open to anyone', async () => {
    for (const given of headers) {
      const { status } = await cast.api('GET', '/v1/genders', { headers: given });
      expect([given, status]).toEqual([given, 200]);
    }
  });
});
