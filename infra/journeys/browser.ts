import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const found = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find(isExecutable);

const isRoot = (): boolean => process.getuid?.() === 0;

const notToBeHad =
  'There is no Chromium for the journeys through pages: install it (on Debian as root: apt-get install chromium), or set CHROMIUM_BIN to one.';

/** The browser that is named, else the first that is found, else Debian's, where it can be installed. */
const findBrowser = (): string => {
  const named = process.env.CHROMIUM_BIN;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_BIN is ${named}, which is not a program: correct or unset it.`);
  }
  return found() ?? installed();
};

const installed = (): string => {
  if (!isRoot()) throw new Error(notToBeHad);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      stdio: 'pipe',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  } catch (error) {
    throw new Error(notToBeHad, { cause: error });
  }
  const program = found();
  if (program === undefined) throw new Error(notToBeHad);
  return program;
};

// What a browser does by itself would look like something that a page did.
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-features=OptimizationHints,MediaRouter',
];

/** What pages did that they never should, and what they were refused. */
export interface Watched {
  /** Requests to anywhere but the platform. */
  readonly outside: string[];
  /** Errors of scripts, and what the policy of a page refused. */
  readonly errors: string[];
  /** Answers that were refusals: `401 POST /v1/sessions`. */
  readonly refused: string[];
}

/** A browser with one window, watched all the while. `end` closes it. */
export const openBrowser = async (origin: string) => {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    chromiumSandbox: !isRoot(),
    args: quiet,
  });
  const context = await browser.newContext({ baseURL: origin });
  return { context, watched: watch(context, origin), page: await context.newPage(), end: () => browser.close() };
};

const watch = (context: BrowserContext, origin: string): Watched => {
  const watched: Watched = { outside: [], errors: [], refused: [] };
  context.on('request', (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (protocol !== 'data:' && to !== origin) watched.outside.push(request.url());
  });
  context.on('response', (response) => {
    const asked = `${response.request().method()} ${new URL(response.url()).pathname}`;
    if (response.status() >= 400) watched.refused.push(`${response.status()} ${asked}`);
  });
  context.on('weberror', (error) => watched.errors.push(error.error().message));
  context.on('console', (message) => {
    // Refusals of the interface are told above; the console has them without what was asked.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) watched.errors.push(message.text());
  });
  return watched;
};
