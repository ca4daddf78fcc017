import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { publicRoutes } from '@rollcall/types/route-table';
import { generate } from 'otplib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';

let stack: Stack;
let cast: Cast;
let origin: string;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  origin = await ownOrigin(cast.api);
  browser = await openBrowser(origin);
  page = browser.page;
  page.setDefaultTimeout(10_000);
}, 300_000);
afterAll(async () => {
  await browser?.end();
  await stack?.stop();
});

const ada = newcomer('ada');
const kept = { secret: '', recoveryCodes: [] as string[] };

const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const fill = (label: string, text: string) =>
  page.getByLabel(label, { exact: true }).filter({ visible: true }).fill(text);
const says = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text, visible: true }).waitFor();
const isAt = (path: string) => page.waitForURL(`${origin}${path}`);
/** The link of a mail, once it is there. */
const linkTo = (path: string): Promise<string> =>
  waitFor(`a mail that leads to ${path}`, async () => {
    const mails = await createMailbox(stack.mail).all(ada.email);
    const links = mails.flatMap(({ text }) => text.match(/https?:\/\/\S+/g) ?? []);
    return links.find((link) => new URL(link).pathname === path);
  });
/** A code of a step that was not used: the one before, the present and the next are taken. */
const codeOf = (steps: -1 | 0 | 1) =>
  generate({ secret: kept.secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });
const keepCodes = async (): Promise<string[]> => {
  const codes = await page.locator('#codes .codes li').allTextContents();
  await press('I have kept them');
  return codes;
};

describe('a person with a browser', { sequential: true }, () => {
  it('signs up, and confirms the address on the page behind the mailed link', async () => {
    await page.goto('/sign-up');
    await fill('E-mail address', ada.email);
    await fill('Username', ada.username);
    await fill('Password', ada.password);
    await press('Sign up');
    await says(/mailed to you/);

    await page.goto(await linkTo('/verify'));
    // The secret is neither in the address bar nor in what the page would send as its referrer.
    await isAt('/verify');
    await press('Confirm');
    await says(/address is confirmed/);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await isAt('/sign-in');
  });

  it('signs in, is told of a wrong password, and goes nowhere else (N27)', async () => {
    await page.goto('/sign-in?returnTo=%2F%2Fevil.example%2F');
    await fill('E-mail address or username', ada.email);
    await fill('Password', 'not the password');
    await press(/^Sign in$/);
    await says(/identifier or password is wrong/);
    await fill('Password', ada.password);
    await press(/^Sign in$/);
    await isAt('/account/security');
    await page.getByText(`Signed in as ${ada.username}`).waitFor();
  });

  it('has a session that no script can read', async () => {
    const cookies = await browser.context.cookies();
    expect(cookies.map(({ httpOnly }) => httpOnly)).toEqual([true, true]);
    const seen = await page.evaluate('[document.cookie, localStorage.length, sessionStorage.length]');
    expect(seen).toEqual(['', 0, 0]);
  });

  it('sees where else somebody is signed in, and ends it', async () => {
    const { token } = await signIn(cast.api, ada);
    await page.reload();
    await press(/^Sign out there/);
    await says('Signed out there.');
    expect(await page.locator('#sessions li').count()).toBe(1);
    expect((await cast.api('GET', '/v1/users/me', { token })).status).toBe(401);
  });

  it('begins to use an authenticator app, and is handed recovery codes once', async () => {
    await press('Add an authenticator app');
    await page.getByAltText(/QR code/).waitFor();
    const isSeen = "document.querySelector('#apps img').decode().then(() => true)";
    expect(await page.evaluate(isSeen)).toBe(true);
    kept.secret = (await page.locator('#apps code').textContent()) ?? '';
    await fill('Code', '000000');
    await press('Confirm');
    await says(/not the code/);
    await fill('Code', await codeOf(-1));
    await press('Confirm');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    // The key that closes dialogs does not lose them.
    await page.keyboard.press('Escape');
    kept.recoveryCodes = await keepCodes();
    expect(kept.recoveryCodes.length).toBeGreaterThan(5);
    await says(/asked for when you sign in/);
    expect(await page.locator('#codes .codes li').count()).toBe(0);
  });

  it('is asked again who it is before anything changes, with the second factor', async () => {
    await press('Make new recovery codes');
    await page.getByRole('heading', { name: 'Is it still you?' }).waitFor();
    await page.locator('#prove').getByLabel('Password').fill(ada.password);
    await press('Go on');
    await page.getByLabel('a recovery code').check();
    await fill('Code', kept.recoveryCodes[0] ?? '');
    await press('Go on');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const fresh = await keepCodes();
    expect(fresh).not.toEqual(kept.recoveryCodes);
    kept.recoveryCodes = fresh;
    await says(/The old ones work no longer/);
  });

  it('gives the app a name', async () => {
    await press(/^Rename: Authenticator app/);
    await page.getByLabel('New name of Authenticator app').fill('My phone');
    await press('Save');
    await says('Renamed.');
    await page.getByText('My phone').waitFor();
  });

  it('signs out, and in again with the code of the app', async () => {
    await press(/^Sign out$/);
    await isAt('/sign-in');
    await page.goto('/account/security');
    await isAt('/sign-in?returnTo=%2Faccount%2Fsecurity');
    await fill('E-mail address or username', ada.username);
    await fill('Password', ada.password);
    await press(/^Sign in$/);
    await fill('Code', await codeOf(0));
    await press('Go on');
    await isAt('/account/security');
    await page.getByText(`Signed in as ${ada.username}`).waitFor();
  });

  it('changes the password', async () => {
    await fill('Current password', 'not the password');
    await fill('New password', 'another long password');
    await press('Change password');
    await says('The current password is not right.');
    await fill('Current password', ada.password);
    await press('Change password');
    await says(/password is changed/);
  });

  it('chooses a new password through a mailed link, and signs in with a recovery code', async () => {
    await browser.context.clearCookies();
    await page.goto('/forgot-password');
    await fill('E-mail address', ada.email);
    await press('Mail me a link');
    await says(/on its way/);
    await page.goto(await linkTo('/reset-password'));
    await isAt('/reset-password');
    await fill('New password', 'a third long password');
    await press('Set password');
    await says(/password is changed/);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await fill('E-mail address or username', ada.username);
    await fill('Password', 'a third long password');
    await press(/^Sign in$/);
    await page.getByLabel('a recovery code').check();
    await fill('Code', kept.recoveryCodes[0] ?? '');
    await press('Go on');
    await isAt('/account/security');
    await page.getByText('You have 9 left').waitFor();
  });

  it('removes the app, and has no second factor any more', async () => {
    await press(/^Remove: My phone/);
    await says('My phone is removed.');
    await page.getByText('You have none.').waitFor();
  });

  it('says by the link of a notice that it was somebody else, and nobody is signed in any more', async () => {
    await page.goto(await linkTo('/security-actions'));
    await isAt('/security-actions');
    await press('This was not me');
    await says(/Your account is safe/);
    await page.goto('/account/security');
    await page.waitForURL(/\/sign-in/);
    await fill('E-mail address or username', ada.username);
    await fill('Password', 'a third long password');
    await press(/^Sign in$/);
    await says(/identifier or password is wrong/);
  });
});

describe('every page', () => {
  const paths = publicRoutes.flatMap(({ service, media, path }) =>
    service === 'console' && media === 'text/html' ? [path] : [],
  );

  it.each(paths)('%s opens, for somebody who is not signed in as well', async (path) => {
    await browser.context.clearCookies();
    // Until all that its script asks for is answered.
    await page.goto(path, { waitUntil: 'networkidle' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});

describe('all the while', () => {
  it('no page failed, was refused anything by its own policy, or asked anybody else for anything', () => {
    expect(browser.watched.errors).toEqual([]);
    expect(browser.watched.outside).toEqual([]);
  });

  it('the interface refused what it should, and nothing besides', () => {
    const { refused } = browser.watched;
    expect([...new Set(refused)].filter((line) => !line.startsWith('401 '))).toEqual([]);
  });
});
