import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@rollcall/testing/free-port';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { installWebhookLibrary } from './webhook-library.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/hooks.md'), 'utf8');
const blockOf = (language: string): string => {
  const [, block] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  if (block === undefined) throw new Error(`docs/hooks.md has no block of ${language}`);
  return block;
};

let stack: Stack;
let cast: Cast;
let folder: string;
let hook: ChildProcess;

beforeAll(async () => {
  const port = await freePort();
  const placed = (text: string) =>
    text.replaceAll('127.0.0.1:4000', `127.0.0.1:${port}`).replace('(4000,', `(${port},`);
  folder = await mkdtemp(path.join(tmpdir(), 'rollcall-hook-'));
  const names = ['DIRECTORY_SECRET', 'BLOCKING_HOOKS', 'BLOCKING_HOOK_SECRETS', 'OUTGOING_PRIVATE_HOSTS'];
  const shown = `set -e\n${placed(blockOf('bash'))}\nprintenv ${names.join(' ')}`;
  const values = execFileSync('bash', ['-c', shown], { encoding: 'utf8' }).trim().split('\n');
  const environment = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));

  await writeFile(path.join(folder, 'hook.mjs'), placed(blockOf('js')));
  await installWebhookLibrary(folder);
  const env = { ...process.env, ...environment };
  hook = spawn(process.execPath, ['hook.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (hook.stdout) await once(hook.stdout, 'data');
  // The hook is all that is outside here.
  stack = await startStack({ environment: { ...environment, IDENTITY_PROVIDERS: '', IDENTITY_PROVIDER_SECRETS: '' } });
  cast = await Cast.of(stack);
}, 60_000);
afterAll(async () => {
  hook?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  await stack?.stop();
});

it('the hook in the docs lets in whom it knows, who has an account from then on, and nobody else', async () => {
  const signIn = (identifier: string, password: string) =>
    cast.api('POST', '/v1/sessions', { body: { identifier, password } });
  expect(await signIn('grace', 'a guess')).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  const [first, again] = [await signIn('grace', 'correct horse 1906'), await signIn('grace', 'correct horse 1906')];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body.user).toEqual(first.body.user);
  const own = await cast.api('GET', '/v1/identities', { token: String(first.body.accessToken) });
  expect(own.body.items).toMatchObject([{ authType: 'directory', externalId: '7' }]);
});
