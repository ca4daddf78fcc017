import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { confirmSignUp, type Newcomer, newcomer, registerPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
let api: ApiClient;
let admin: { readonly id: string; readonly token: string };

const fieldsOf = ({ email, username, password }: Newcomer) => ({ email, username, password });

/** Follows the link of the mail that comes after signing up. */
const confirm = async (person: Newcomer): Promise<void> => {
  const mail = await createMailbox(stack.mail).waitForMail(person.email, /confirm/i);
  await confirmSignUp(api, person, tokenIn(mail));
};

const authenticate = async ({ username, password }: Newcomer): Promise<string> => {
  const { status, body } = await api('POST', '/users/authenticate', { body: { username, password } });
  expect(status).toBe(200);
  return body.token;
};

/** Somebody with an account, by these routes alone. */
const someone = async (person = newcomer()) => {
  const { status, body } = await api('POST', '/users/create', { body: { user: fieldsOf(person) } });
  expect(status).toBe(201);
  await confirm(person);
  return { ...person, id: String(body.id), token: await authenticate(person) };
};

beforeAll(async () => {
  stack = await startStack();
  api = createApiClient(stack.gateway);
  const first = newcomer('first');
  // Where the first administrator has to prove to be meant, these routes have no word for it.
  admin =
    stack.setupToken === null ? await someone(first) : await registerPerson(api, stack.mail, first, stack.setupToken);
}, 60_000);

afterAll(() => stack?.stop());

describe('POST /users/create', () => {
  it('creates a user from fields below "user", or from the fields alone', async () => {
    const [wrapped, flat] = [newcomer(), newcomer()];
    const first = await api('POST', '/users/create', { body: { user: { ...fieldsOf(wrapped), gender: 'female' } } });
    expect(first.status).toBe(201);
    const { email, username } = wrapped;
    expect(first.body).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email, username });
    expect(JSON.stringify(first.body)).not.toContain(wrapped.password);

    const second = await api('POST', '/users/create', { body: fieldsOf(flat) });
    expect(second).toMatchObject({ status: 201, body: { email: flat.email, username: flat.username } });
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('answers 422 and names the field for a taken username and for a bad value', async () => {
    const { username } = await someone();
    const taken = await api('POST', '/users/create', { body: { user: { ...fieldsOf(newcomer()), username } } });
    expect(taken).toMatchObject({ status: 422, body: { errors: [{ pointer: '/body/user/username' }] } });
    for (const [field, value] of [
      ['email', 'not an address'],
      ['username', 'a b'],
      ['password', 'short'],
      ['gender', 7],
    ] as const) {
      const bad = await api('POST', '/users/create', { body: { ...fieldsOf(newcomer()), [field]: value } });
      expect([field, bad.status, bad.body.errors[0].pointer]).toEqual([field, 422, `/body/${field}`]);
    }
  });

  it('answers for a taken address as for any other, and tells its owner by mail', async () => {
    const owner = await someone();
    const person = { ...newcomer(), email: owner.email };
    const { status, body } = await api('POST', '/users/create', { body: fieldsOf(person) });
    expect(status).toBe(201);
    expect(body).toMatchObject({ email: owner.email, username: person.username });
    expect(body.id).not.toBe(owner.id);
    await createMailbox(stack.mail).waitForMail(owner.email, /already have an account/i);
  });

  it('tells the truth to whoever may create users, and spares their users the mail', async () => {
    const owner = await someone();
    const taken = { ...fieldsOf(newcomer()), email: owner.email };
    const refused = await api('POST', '/users/create', { token: admin.token, body: taken });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/body/email' }] } });

    const person = newcomer();
    const body = { user: { ...fieldsOf(person), verified: true } };
    const created = await api('POST', '/users/create', { token: admin.token, body });
    expect(created).toMatchObject({ status: 201, body: { verified: true } });
    await expect(authenticate(person)).resolves.toEqual(expect.any(String));
  });
});

describe('POST /users/authenticate', () => {
  it('answers a signed token that the rest of the interface takes, and no other secret', async () => {
    const person = await someone();
    const { username, password, id } = person;
    const { body } = await api('POST', '/users/authenticate', { body: { username, password } });
    expect(Object.keys(body)).toEqual(['token']);
    const me = await api('GET', '/v1/users/me', { token: body.token });
    expect(me).toMatchObject({ status: 200, body: { id, username } });
  });

  it('refuses a wrong password, an unknown name and an unconfirmed user alike', async () => {
    const person = await someone();
    const pending = newcomer();
    await api('POST', '/users/create', { body: fieldsOf(pending) });
    const refused = [];
    for (const { username, password } of [{ ...person, password: 'another password' }, newcomer(), { ...pending }]) {
      const { status, body } = await api('POST', '/users/authenticate', { body: { username, password } });
      refused.push({ status, body: { ...body, instance: '' } });
    }
    expect(refused[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect(refused[1]).toEqual(refused[0]);
    expect(refused[2]).toEqual(refused[0]);
  });
});

describe('GET /users/:user_id', () => {
  it('shows a user to whoever is signed in, and all of them to themselves', async () => {
    const [person, other] = [await someone(), await someone()];
    const own = await api('GET', `/users/${person.id}`, { token: person.token });
    expect(own).toMatchObject({ status: 200, body: { id: person.id, username: person.username, email: person.email } });
    const seen = await api('GET', `/users/${person.id}`, { token: other.token });
    expect(seen).toMatchObject({ status: 200, body: { id: person.id, username: person.username } });
    expect(seen.body.email).toBeUndefined();
    expect((await api('GET', `/users/${person.id}`)).status).toBe(401);
  });

  it('with ?permission= answers whether that user has it', async () => {
    const person = await someone();
    const name = 'letters.write';
    await api('POST', '/permissions/create', { token: admin.token, body: { name, description: 'Write letters.' } });
    const path = `/users/${person.id}?permission=${name}`;
    const before = await api('GET', path, { token: person.token });
    expect(before).toMatchObject({ status: 200, body: { permission: name, granted: false } });
    await api('PUT', `/v1/users/${person.id}/permissions/${name}`, { token: admin.token });
    for (const token of [person.token, admin.token]) {
      expect((await api('GET', path, { token })).body).toEqual({ permission: name, granted: true });
    }
    const nosy = await someone();
    expect((await api('GET', path, { token: nosy.token })).status).toBe(404);
  });
});

describe('GET /users/:user_id/permissions', () => {
  it('lists what the user holds: the first of all is an administrator, the next hold nothing', async () => {
    const first = await api('GET', `/users/${admin.id}/permissions`, { token: admin.token });
    expect(first.body.items.map(({ name }: { name: string }) => name)).toContain('admin');
    const person = await someone();
    const own = await api('GET', `/users/${person.id}/permissions`, { token: person.token });
    expect(own).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    expect((await api('GET', `/users/${admin.id}/permissions`, { token: person.token })).status).toBe(404);
  });
});

describe('GET /permissions and POST /permissions/create', () => {
  it('list and add to the permissions that other services can ask about, with their descriptions', async () => {
    const { token } = await someone();
    const body = { name: 'parcels.send', description: 'Send parcels, insured or not.' };
    const denied = await api('POST', '/permissions/create', { token, body });
    expect(denied).toMatchObject({ status: 403, body: { code: 'forbidden' } });

    const created = await api('POST', '/permissions/create', { token: admin.token, body });
    expect(created).toMatchObject({ status: 201, body: { id: body.name, ...body } });
    const again = await api('POST', '/permissions/create', { token: admin.token, body });
    expect(again).toMatchObject({ status: 409, body: { code: 'permission_exists' } });

    const listed = await api('GET', '/permissions?limit=200', { token });
    expect(listed.status).toBe(200);
    expect(listed.body.items).toContainEqual(expect.objectContaining(body));
    expect(listed.body.items).toContainEqual(expect.objectContaining({ name: 'admin', builtIn: true }));
    const same = await api('GET', '/v1/permissions?limit=200', { token });
    expect(listed.body).toEqual(same.body);
  });
});
