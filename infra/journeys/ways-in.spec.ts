import { createMailbox } from '@rollcall/testing/mailbox';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { cookieNames } from '@rollcall/types/cookies';
import type { CDPSession, Page } from 'playwright-core';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';
import { beginFor, callback, postForm } from './oauth-browser.ts';
import { someClient } from './oauth-requests.ts';

let stack: Stack;
let cast: Cast;
let origin: string;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
let ada: SignedInPerson;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  origin = await ownOrigin(cast.api);
}, 60_000);
afterAll(() => stack?.stop());
beforeEach(async () => {
  browser = await openBrowser(origin);
  page = browser.page;
  page.setDefaultTimeout(10_000);
  ada = await cast.somebody('ada');
}, 300_000);
afterEach(() => browser?.end());

const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const fill = (label: string, text: string) =>
  page.getByLabel(label, { exact: true }).filter({ visible: true }).fill(text);
const says = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text, visible: true }).waitFor();
const isAt = (path: string) => page.waitForURL(`${origin}${path}`);
const typePassword = async () => {
  await fill('E-mail address or username', ada.username);
  await fill('Password', ada.password);
  await press(/^Sign in$/);
};

describe('a passkey in a browser', () => {
  let device: CDPSession;
  let authenticatorId: string;

  /** A device that holds passkeys and knows its owner; the browser offers none by itself. */
  beforeEach(async () => {
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
    device = await browser.context.newCDPSession(page);
    await device.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    ({ authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', { options }));
    await page.goto('/sign-in');
    await typePassword();
    await isAt('/account/security');
    await page.getByLabel(/^Name of the new passkey/).fill('Laptop');
    await press('Add a passkey');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await press('I have kept them');
    await says(/sign in with this passkey/);
    await press(/^Sign out$/);
    await isAt('/sign-in');
  });

  it('signs in without a password', async () => {
    await press('Sign in with a passkey');
    await isAt('/account/security');
    await page.getByText(`Signed in as ${ada.username}`).waitFor();
    await page.getByText('Laptop').first().waitFor();
    expect(browser.watched.errors).toEqual([]);
    expect(browser.watched.outside).toEqual([]);
  });

  it('is the second step of a sign-in by password', async () => {
    await typePassword();
    await page.locator('#second-step').getByRole('button', { name: 'Use a passkey' }).click();
    await isAt('/account/security');
  });

  it('signs nobody in whom the device does not recognize', async () => {
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await press('Sign in with a passkey');
    await page.getByRole('status').filter({ hasText: /\S/, visible: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    expect(browser.watched.errors).toEqual([]);
  });
});

describe('a mail in a browser', () => {
  const mail = async () => {
    await page.goto('/magic-link');
    await fill('E-mail address', ada.email);
    await press('Mail me');
    await says(/on its way/);
    return waitFor('the mail', async () => {
      const mails = await createMailbox(stack.mail).all(ada.email);
      return mails.findLast(({ text }) => text.includes('/magic-link?token='))?.text;
    });
  };

  it('signs in by its code, where it was asked for', async () => {
    const [code = ''] = /\b\d{6}\b/.exec(await mail()) ?? [];
    await fill('Code in the mail', code);
    await press(/^Sign in$/);
    await isAt('/account/security');
  });

  it('signs in by its link, once somebody presses the button', async () => {
    const [link = ''] = /https?:\/\/\S+\/magic-link\?token=\S+/.exec(await mail()) ?? [];
    await page.goto(link);
    await isAt('/magic-link');
    await press('Sign in here');
    await isAt('/account/security');
    expect(browser.watched.errors).toEqual([]);
  });
});

describe('an application that sends a browser', () => {
  /** Where the browser was sent of the application's own, which is not there: the address is all that matters. */
  let sent: string[];
  beforeEach(() => {
    sent = [];
    page.on('request', (request) => {
      if (request.url().startsWith(callback)) sent.push(request.url());
    });
  });
  const cameBack = async (): Promise<URL> =>
    new URL(await waitFor('the way back to the application', async () => sent.shift()));
  const begin = async (parameters: Readonly<Record<string, string>> = {}) => {
    const client = await someClient(cast);
    const begun = beginFor(client.id, parameters);
    await page.goto(begun.target);
    return { client, begun };
  };

  it('gets it back once somebody has signed in and let the application know them', async () => {
    const { client, begun } = await begin();
    await isAt(`/sign-in${new URL(page.url()).search}`);
    await typePassword();
    await page.getByText('Made by a journey').waitFor();
    await press('Allow');
    const answer = await cameBack();
    const form = {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: begun.verifier,
    };
    const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    expect((await postForm(cast.api, '/oidc/token', form, { authorization })).status).toBe(200);

    // Asked for the same again, nobody is asked anything.
    await page.goto('/sign-up');
    await page.evaluate(`location.assign(${JSON.stringify(begun.target)})`);
    expect((await cameBack()).searchParams.has('code')).toBe(true);
  });

  it('is listed for whoever let it in, who takes that back, and signs out when it asks once more', async () => {
    const { begun } = await begin();
    await typePassword();
    await press('Allow');
    await cameBack();
    // The first window is still on its way to where there is nothing.
    const account = await browser.context.newPage();
    await account.goto('/account/security');
    const items = account.locator('#applications li');
    const item = items.filter({ hasText: 'Made by a journey' }).first();
    await item.waitFor();
    const before = await items.count();
    await item.getByRole('button', { name: /^Take back/ }).click();
    await account.getByText('Made by a journey is let in no longer.').waitFor();
    expect(await items.count()).toBe(before - 1);
    await account.goto(begun.target);
    await account.getByRole('button', { name: 'Sign out' }).click();
    await account.waitForURL(/\/sign-in$/);
    const names = (await browser.context.cookies()).map(({ name }) => name);
    const { access, refresh } = cookieNames(false);
    expect(names.filter((name) => name === access || name === refresh)).toEqual([]);
  });

  it('gets it back with a refusal when somebody does not', async () => {
    await begin();
    await typePassword();
    await press('Do not');
    expect((await cameBack()).searchParams.get('error')).toBe('access_denied');
  });

  it('has somebody sign in anew where it asks for that', async () => {
    await page.goto('/sign-in');
    await typePassword();
    await isAt('/account/security');
    const sql = postgres(cast.postgres, { max: 1 });
    await sql`update auth.sessions set authenticated_at = now() - interval '1 minute' where user_id = ${ada.id}`;
    await sql.end();
    await begin({ prompt: 'login' });
    await fill('Password', 'not the password');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await typePassword();
    await press('Allow');
    expect((await cameBack()).searchParams.has('code')).toBe(true);
  });
});
