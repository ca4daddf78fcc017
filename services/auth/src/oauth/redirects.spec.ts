import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let browser: Browser;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  browser = new Browser(auth);
  await browser.signIn(await auth.register());
});
afterAll(() => auth.stop());

/** Where a browser ends that an application has sent here with this address to come back to. */
const cameBackTo = async (client: { id: string; secret: string }, redirect_uri: string) => {
  const app = await relyingParty(auth, client);
  const begun = await begin(app, { redirect_uri });
  return browser.open(begun.url);
};

const registered = 'https://app.example/callback';

/** Addresses that some server, somewhere, has taken for the one that was registered. */
const lookAlikes = [
  'https://appXexample/callback',
  'https://app.example/callback/',
  'https://app.example/callback/../evil',
  'https://app.example/callbackevil',
  'https://app.example/callback?next=https://evil.example',
  'https://app.example/callback#fragment',
  'https://app.example/Callback',
  'https://APP.example/callback',
  'https://app.example:443/callback',
  'https://app.example:8443/callback',
  'https://app.example./callback',
  'https://app.example@evil.example/callback',
  'https://evil.example\\@app.example/callback',
  'https://evil.example/?https://app.example/callback',
  'https://app.example.evil.example/callback',
  'https://app.example%2eevil.example/callback',
  'https://app%2eexample/callback',
  'https://аpp.example/callback',
  'http://app.example/callback',
  '//app.example/callback',
  'javascript:alert(1)',
  'data:text/html,hello',
  '',
];

describe('the address of an application (N26)', () => {
  it.each(lookAlikes)('that is only like the registered one gets no answer: %s', async (uri) => {
    const client = await registerClient(auth, { redirectUris: [registered] });
    const { location, response } = await cameBackTo(client, uri);
    expect(location.origin).toBe(issuer);
    expect([400, 303]).toContain(response.status);
    expect(response.headers.get('location')).toBeNull();
  });

  it('is the registered one to the letter', async () => {
    const client = await registerClient(auth, { redirectUris: [registered] });
    expect((await cameBackTo(client, registered)).location.pathname).toBe('/consent');
  });

  it('may have another port on this machine, for an application that is installed there, and nothing else', async () => {
    const redirectUris = ['http://127.0.0.1/callback', 'com.example.app:/callback'];
    const client = await registerClient(auth, { applicationType: 'native', redirectUris });
    for (const uri of ['http://127.0.0.1:51234/callback', 'http://127.0.0.1/callback', 'com.example.app:/callback']) {
      expect([uri, (await cameBackTo(client, uri)).location.pathname]).toEqual([uri, '/consent']);
    }
    for (const uri of [
      'http://127.0.0.1:51234/other',
      'http://localhost:51234/callback',
      'https://127.0.0.1/callback',
    ]) {
      expect([uri, (await cameBackTo(client, uri)).response.status]).toEqual([uri, 400]);
    }
  });

  it('has to be said, even where there is only one', async () => {
    const app = await relyingParty(auth, await registerClient(auth, { redirectUris: [registered] }));
    const url = new URL((await begin(app)).url);
    url.searchParams.delete('redirect_uri');
    expect((await browser.open(url.href)).response.status).toBe(400);
  });
});

describe('an address that was stored under other rules (N27)', () => {
  it.each(['javascript:alert(1)', 'data:text/html,x', 'http://app.example/callback', 'https://a@app.example/callback'])(
    'opens nothing: %s',
    async (uri) => {
      const client = await registerClient(auth, { redirectUris: [registered] });
      await auth.connection.sql`
        update auth.oauth_clients set settings = jsonb_set(settings, '{redirectUris}', ${JSON.stringify([registered, uri])}::jsonb)
        where id = ${client.id}`;
      const { location, response } = await cameBackTo(client, uri);
      expect([location.origin, response.status]).toEqual([issuer, 400]);
      expect((await cameBackTo(client, registered)).location.pathname).toBe('/consent');
    },
  );
});
