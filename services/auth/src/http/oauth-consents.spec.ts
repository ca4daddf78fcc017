import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import { begin, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const consenting = async () => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  const client = await registerClient(auth, { name: 'Notes' });
  const app = await relyingParty(auth, client);
  const begun = await begin(app, { scope: 'openid email' });
  const tokens = await exchange(app, await browser.authorize(begun.url), begun);
  const list = async () => {
    const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor: browser.actor })).body;
    return items as { id: string }[];
  };
  return { person, browser, client, app, tokens, list };
};

const waiting = () => auth.connection.sql`
  select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%for share%'`;

describe('what somebody has consented to', () => {
  it('is listed for them, in words', async () => {
    const { client, list } = await consenting();
    expect(await list()).toMatchObject([
      {
        client: { id: client.id, name: 'Notes' },
        scopes: [{ name: 'openid' }, { name: 'email', description: 'See your e-mail address.' }],
      },
    ]);
  });

  it('and taken back by them, stops at once, and is asked for anew', async () => {
    const { person, browser, app, tokens, list } = await consenting();
    const [{ id } = { id: '' }] = await list();
    const path = `/v1/oauth/consents/${id}`;
    expect((await auth.ask('DELETE', path, { actor: browser.actor })).body).toEqual({ withdrawn: true });
    await expect(oauth.fetchUserInfo(app, tokens.access_token, person.userId)).rejects.toThrow();
    await expect(oauth.refreshTokenGrant(app, String(tokens.refresh_token))).rejects.toThrow();
    expect(await list()).toEqual([]);
    expect((await browser.open((await begin(app)).url)).location.pathname).toBe('/consent');
    expect((await auth.eventsAbout(person.userId)).at(-1)).toMatchObject({
      type: 'consent.withdrawn',
      actor: person.userId,
      data: { consentId: id },
    });
    expect((await auth.ask('DELETE', path, { actor: browser.actor })).status).toBe(404);
  });

  it('and taken back just while somebody is signed in by it, is asked for anew', async () => {
    const { person, app } = await consenting();
    const browser = new Browser(auth);
    await browser.signIn(person);
    const coming = await auth.connection.sql.begin(async (tx) => {
      await tx`delete from auth.oauth_consents where user_id = ${person.userId}`;
      const opened = browser.open((await begin(app, { scope: 'openid email' })).url);
      // It has found the consent, and waits to know what becomes of it.
      await expect.poll(async () => (await waiting()).length, { timeout: 10_000 }).toBe(1);
      return { opened };
    });
    expect((await coming.opened).location.pathname).toBe('/consent');
    expect(
      await auth.connection.sql`select from auth.oauth_records where kind = 'Grant' and user_id = ${person.userId}`,
    ).toHaveLength(1);
  });

  it('is nobody else’s to see or to take back', async () => {
    const { list } = await consenting();
    const [{ id } = { id: '' }] = await list();
    const { actor } = await auth.signIn(await auth.register());
    expect((await auth.ask('GET', '/v1/oauth/consents', { actor })).body.items).toEqual([]);
    expect((await auth.ask('DELETE', `/v1/oauth/consents/${id}`, { actor })).status).toBe(404);
    expect(await list()).toHaveLength(1);
  });

  it('of one application is not that of another', async () => {
    const { person, browser, app, tokens } = await consenting();
    const other = await relyingParty(auth, await registerClient(auth));
    await browser.authorize((await begin(other)).url);
    const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor: browser.actor })).body;
    const [, second] = items as { id: string }[];
    await auth.ask('DELETE', `/v1/oauth/consents/${second?.id}`, { actor: browser.actor });
    expect((await oauth.fetchUserInfo(app, tokens.access_token, person.userId)).sub).toBe(person.userId);
  });
});
