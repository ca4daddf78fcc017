import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@rollcall/testing/free-port';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const title = 'Protect your app in ten minutes';
const section = readme.slice(readme.indexOf(`\n## ${title}\n`)).replace(/\n## (?!Protect)[\s\S]*$/, '');
const blockOf = (language: string): string => {
  const [, block] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section) ?? [];
  if (block === undefined) throw new Error(`“${title}” has no block of ${language}`);
  return block;
};

let stack: Stack;
let cast: Cast;
let origin: string;
let here: string;
let folder: string;
let app: ChildProcess | undefined;

/** What stands in the README, for the places where things are in this spec. */
const placed = (text: string): string =>
  text
    .replaceAll('http://localhost:8080', origin)
    .replaceAll('http://127.0.0.1:3000', here)
    .replaceAll('listen(3000,', `listen(${new URL(here).port},`);

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  origin = await ownOrigin(cast.api);
  here = `http://127.0.0.1:${await freePort()}`;
  folder = await mkdtemp(path.join(tmpdir(), 'rollcall-app-'));
}, 60_000);
afterAll(async () => {
  app?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  await stack?.stop();
});

/** As `npm install openid-client` would leave it. */
const installClient = async (): Promise<void> => {
  const auth = path.resolve(import.meta.dirname, '../../services/auth/package.json');
  const file = createRequire(auth).resolve('openid-client');
  await mkdir(path.join(folder, 'node_modules'));
  const library = file.slice(0, file.lastIndexOf('openid-client') + 'openid-client'.length);
  await symlink(library, path.join(folder, 'node_modules/openid-client'));
};

const started = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes(here)) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`the application ended: ${said}`)));
  });

it('the application in the README lets in whoever Rollcall has signed in, and nobody else', async () => {
  const { username, password } = cast.admin;
  const commands = placed(blockOf('bash')).replace(
    '"identifier": "user", "password": "string"',
    `"identifier": "${username}", "password": "${password}"`,
  );
  const script = `set -e\n${commands}\necho $CLIENT_ID $CLIENT_SECRET`;
  const [CLIENT_ID, CLIENT_SECRET] = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');

  await writeFile(path.join(folder, 'app.mjs'), placed(blockOf('js')));
  await installClient();
  const env = { ...process.env, CLIENT_ID, CLIENT_SECRET };
  app = spawn(process.execPath, ['app.mjs'], { cwd: folder, env, stdio: 'pipe' });
  await started(app);

  const ada = await cast.somebody('ada');
  const browser = await openBrowser(origin);
  try {
    const { page } = browser;
    page.setDefaultTimeout(10_000);
    await page.goto(here);
    await page.getByLabel('E-mail address or username').fill(ada.username);
    await page.getByLabel('Password', { exact: true }).fill(ada.password);
    await page.getByRole('button', { name: /^Sign in$/ }).click();
    await page.getByText('My app').waitFor();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText(`Hello, ${ada.username.toLowerCase()}. You are ${ada.id}.`).waitFor();
    expect(page.url()).toBe(`${here}/`);

    const stranger = await fetch(here, { redirect: 'manual' });
    expect([stranger.status, new URL(stranger.headers.get('location') ?? '').origin]).toEqual([303, origin]);
    // A way back that nobody began.
    expect((await fetch(`${here}/callback?code=x&state=y&iss=${origin}`)).status).toBe(400);
  } finally {
    await browser.end();
  }
}, 300_000);
