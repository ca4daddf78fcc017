import type { ServerResponse } from 'node:http';
import argon2 from 'argon2';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthWithHooks, startAuthWithHooks } from '../testing/auth-with-hooks.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithHooks;
let ada: Person;
let count = 0;
let grace = { id: '', email: '', emailVerified: true };
let password = '';

beforeAll(async () => {
  auth = await startAuthWithHooks();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  count++;
  grace = { id: `grace ${count}`, email: `grace-${count}@example.com`, emailVerified: true };
  password = `a password of the directory ${count}`;
  auth.reset();
  auth.know(password, grace);
});

const signIn = (identifier: string, typed = password) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier, password: typed } });
const reauthenticate = (actor: ReturnType<typeof actorOf>, typed: string) =>
  auth.ask('POST', '/v1/sessions/reauthenticate', { actor, body: { password: typed } });

describe('a password that is kept outside', () => {
  it('makes an account the first time, and leads to the same one after that', async () => {
    const first = await signIn('grace');
    expect(first.status).toBe(201);
    const actor = actorOf(first.body.accessToken);
    expect(actor.methods).toEqual(['pwd']);
    expect(actorOf((await signIn('grace')).body.accessToken).userId).toBe(actor.userId);
    const { items } = (await auth.ask('GET', '/v1/identities', { actor })).body;
    expect(items).toMatchObject([{ authType: 'directory', issuer: 'hook:directory', externalId: grace.id }]);
    expect(auth.directory.asked[0]).toMatchObject({ point: 'authentication', data: { identifier: 'grace', password } });
  });

  it('leads to whoever the directory has under that id, whatever address it says now', async () => {
    const { userId } = actorOf((await signIn('grace')).body.accessToken);
    auth.know(password, { ...grace, email: ada.email });
    expect(actorOf((await signIn('grace')).body.accessToken).userId).toBe(userId);
  });

  it('answers a token to the UserService form', async () => {
    const body = { username: 'grace', password };
    const answer = await auth.ask('POST', '/users/authenticate', { body });
    expect(answer).toMatchObject({ status: 200, body: { token: expect.any(String) } });
  });

  it('is asked for once more by reauthentication, and has to be of the same person', async () => {
    const actor = actorOf((await signIn('grace')).body.accessToken);
    expect((await reauthenticate(actor, 'another one')).body).toMatchObject({ code: 'invalid_credentials' });
    const other = { ...grace, id: `other ${count}`, email: `other-${count}@example.com` };
    auth.know(password, other);
    expect((await signIn('other')).status).toBe(201);
    expect((await reauthenticate(actor, password)).body).toMatchObject({ code: 'invalid_credentials' });
    auth.know(password, grace);
    expect((await reauthenticate(actor, password)).status).toBe(200);
    expect(auth.directory.asked.at(-1)?.data).toEqual({ identifier: grace.email, password });
  });

  it('is one factor: whoever has a second one is asked for it', async () => {
    const actor = actorOf((await signIn('grace')).body.accessToken);
    const { body } = await auth.ask('POST', '/v1/mfa/totp', { actor });
    const code = await generate({ secret: String(body.secret) });
    await auth.ask('POST', `/v1/mfa/totp/${body.id}/confirm`, { actor, body: { code } });
    expect(await signIn('grace')).toMatchObject({ status: 200, body: { status: 'mfa_required' } });
    const brief = await auth.ask('POST', '/users/authenticate', { body: { username: 'grace', password } });
    expect(brief.body).toMatchObject({ code: 'mfa_required' });
  });
});

describe('somebody who has an account and a password here', () => {
  it('signs in without the directory being asked', async () => {
    expect((await signIn(ada.username, ada.password)).status).toBe(201);
    expect(auth.directory.asked).toEqual([]);
  });

  it('is not opened to whom the directory gives their address, verified or not (N17)', async () => {
    auth.know(password, { ...grace, email: ada.email });
    expect((await signIn(ada.username)).body).toMatchObject({ status: 401, code: 'identity_not_linked' });
    auth.know(password, { ...grace, email: ada.email, emailVerified: false });
    expect((await signIn(ada.username)).body).toMatchObject({ status: 401, code: 'email_not_verified' });
  });

  it('is not opened to whoever the directory calls by the same name, and nobody guesses at theirs without end', async () => {
    for (let miss = 0; miss < 9; miss++) expect((await signIn(ada.username, 'a guess')).status).toBe(401);
    const grant = await signIn(ada.username);
    expect(actorOf(grant.body.accessToken).userId).not.toBe(ada.userId);
    expect((await signIn(ada.username, 'a guess')).status).toBe(401);
    expect((await signIn(ada.username, 'a guess')).status).toBe(429);
  });

  it('is not asked about outside once disabled, when the password is right', async () => {
    await auth.setAccess(ada, false);
    expect((await signIn(ada.username, ada.password)).body).toMatchObject({ code: 'invalid_credentials' });
    expect(auth.directory.asked).toEqual([]);
  });

  it('proves it once more by that password alone', async () => {
    const { actor } = await auth.signIn(ada);
    expect((await reauthenticate(actor, password)).body).toMatchObject({ code: 'invalid_credentials' });
    expect(auth.directory.asked).toEqual([]);
  });
});

describe('known and unknown accounts', () => {
  const bothOf = async (typed: string) => [await signIn(ada.username, typed), await signIn('nobody-at-all', typed)];

  it('are one answer, headers and all, after the same work, whether the directory denies or is silent', async () => {
    const verify = vi.spyOn(argon2, 'verify');
    const scripts = [
      () => ({ decision: 'deny' }),
      () => ({ decision: 'maybe' }),
      () => (response: ServerResponse) => void response.destroy(),
    ];
    for (const [index, script] of scripts.entries()) {
      auth.directory.script.answer = script;
      const [known, unknown] = await bothOf('a guess');
      expect(known?.status).toBe(index === 0 ? 401 : 503);
      for (const part of ['status', 'headers', 'body'] as const) expect(known?.[part]).toEqual(unknown?.[part]);
    }
    expect(verify).toHaveBeenCalledTimes(6);
    expect(auth.directory.asked).toHaveLength(6);
  });

  it('are guessed at ten times and no more, also while the directory is silent', async () => {
    auth.directory.script.answer = () => ({});
    for (const identifier of [ada.username, `nobody-${count}`]) {
      const statuses: number[] = [];
      for (let guess = 0; guess < 12; guess++) statuses.push((await signIn(identifier, 'a guess')).status);
      expect(statuses).toEqual([...Array(10).fill(503), 429, 429]);
    }
  });

  it('a silent directory keeps nobody out who has a password here', async () => {
    auth.directory.script.answer = () => ({});
    expect((await signIn(ada.username, 'a guess')).body).toMatchObject({ status: 503, code: 'hook_unavailable' });
    expect((await signIn(ada.username, ada.password)).status).toBe(201);
  });
});

it('a password that is kept outside stands in no log line, event or table, and no address of theirs in the log', async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const own = await startAuthWithHooks({ LOG_LEVEL: 'debug' });
  own.know(password, grace);
  for (const typed of [password, `${password} guessed`]) {
    await own.ask('POST', '/v1/sessions', { body: { identifier: grace.email, password: typed } });
  }
  own.directory.script.answer = () => ({ decision: password });
  await own.ask('POST', '/v1/sessions', { body: { identifier: grace.email, password: `${password} guessed` } });
  const { sql } = own.connection;
  const tables = await Promise.all([sql`select * from auth.outbox`, sql`select * from auth.credentials`]);
  await own.stop();
  const [log, held] = [lines.join(''), JSON.stringify(tables)];
  expect(log).toContain('a hook has answered');
  expect(log).toContain('a hook has not answered');
  expect(held).toContain('session.started');
  for (const text of [log, held]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain(own.directory.secret.slice(6));
  }
  expect(log).not.toContain(grace.email);
});
