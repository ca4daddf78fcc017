import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApiClient } from '@rollcall/testing/api-client';
import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const repository = path.resolve(import.meta.dirname, '../..');
let stack: Stack;
let api: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  stack = await startStack({ environment: { NODE_ENV: 'development' } });
  api = createApiClient(stack.gateway);
}, 60_000);

afterAll(() => stack?.stop());

const devUser = { username: 'user', email: 'user@example.com', password: 'string' };

/** A tool beside the stack, as somebody in this environment would run it. */
const runTool = async (tool: string, dataFolder: string, environment: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [`infra/local/${tool}.mjs`, '--data', dataFolder], {
    cwd: repository,
    env: { ...process.env, NODE_ENV: '', PUBLIC_URL: '', DATABASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, said };
};

/** `npm run setup:dev-users` */
const setUpDevUsers = (dataFolder: string, environment: Readonly<Record<string, string>> = {}) =>
  runTool('setup-dev-users', dataFolder, environment);

const signInStatus = async () => {
  const body = { identifier: devUser.username, password: devUser.password };
  return (await api('POST', '/v1/sessions', { body })).status;
};

describe('npm run setup:dev-users', () => {
  it.each([
    ['in production', { NODE_ENV: 'production' }, 'NODE_ENV is production, not development.'],
    ['for people elsewhere', { PUBLIC_URL: 'https://people.example' }, 'PUBLIC_URL does not lead to localhost.'],
    [
      'on a database elsewhere',
      { DATABASE_URL: 'postgres://db.example/x' },
      'DATABASE_URL does not lead to localhost.',
    ],
  ])('makes nobody %s, and says so in one sentence', async (_where, environment, reason) => {
    const { code, said } = await setUpDevUsers(stack.dataFolder, environment);
    expect(said).toBe(`A user whose password everybody knows is for a developer’s own machine only: ${reason}\n`);
    expect(code).toBe(1);
    expect(await signInStatus()).toBe(401);
  });

  it('says in one sentence that nothing runs on the data folder', async () => {
    const empty = mkdtempSync(path.join(tmpdir(), 'rollcall-empty-'));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    const { code, said } = await setUpDevUsers(empty);
    expect(said).toMatch(/^Rollcall does not run on [^\n]+: run npm start, [^\n]+ with the same --data [^\n]+\n$/);
    expect(code).toBe(1);
  });

  it('makes a user with a weak password who signs in and is an administrator, though there is one already', async () => {
    await registerPerson(api, stack.mail, newcomer('first'));
    const { code, said } = await setUpDevUsers(stack.dataFolder);
    expect(said).toContain('Made the administrator user (user@example.com) with the password "string".');
    expect(code).toBe(0);

    const { token } = await signIn(api, devUser);
    const me = await api('GET', '/v1/users/me', { token });
    expect(me).toMatchObject({ status: 200, body: { username: 'user', email: 'user@example.com' } });
    await waitFor('the appointment to be known', async () => {
      const held = await api('GET', '/v1/users/me/permissions', { token });
      return held.body.items.some(({ name, source }: Record<string, string>) => name === 'admin' && source === 'grant');
    });
    expect((await api('GET', '/v1/organizations', { token })).body.items).toMatchObject([
      { name: 'Admin Organization', admin: true },
    ]);
    // The trail tells where this administrator came from.
    await waitFor('the trail', async () => {
      const { body } = await api('GET', `/v1/activity?subject=${me.body.id}&actor=service:operator`, { token });
      const types: string[] = body.items.map(({ type }: { type: string }) => type);
      return types.includes('user.registered') && types.includes('permission.granted');
    });
    expect((await createMailbox(stack.mail).all(devUser.email)).map(({ subject }) => subject)).not.toContainEqual(
      expect.stringMatching(/confirm/i),
    );
  });

  it('changes nothing when repeated', async () => {
    const before = await signIn(api, devUser);
    const { code, said } = await setUpDevUsers(stack.dataFolder);
    expect(said).toContain('The user user (user@example.com) is there already');
    expect(code).toBe(0);
    expect((await api('GET', '/v1/users/me', { token: before.token })).status).toBe(200);
    expect((await api('GET', '/v1/organizations', { token: before.token })).body.items).toHaveLength(1);
    expect(await signInStatus()).toBe(201);
  });
});

describe('npm run setup:groups', () => {
  it('makes the groups that a deployment begins with, once', async () => {
    const first = await runTool('setup-groups', stack.dataFolder);
    expect(first.said).toContain('Made the group "Support".');
    const again = await runTool('setup-groups', stack.dataFolder);
    expect(again.said).toMatch(/^\d+ groups are there already, and stay as they are\.\n$/);
    expect([first.code, again.code]).toEqual([0, 0]);
    const { token } = await signIn(api, devUser);
    await waitFor('the groups to be known', async () => {
      const { body } = await api('GET', '/v1/groups?kind=system', { token });
      return body.items.some(({ name }: Record<string, string>) => name === 'Support');
    });
  });
});

it('a weak password is still refused to everybody else', async () => {
  const body = { ...newcomer('weak'), password: 'string' };
  expect((await api('POST', '/v1/registrations', { body })).status).toBe(400);
});
