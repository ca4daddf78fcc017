import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import type { Person } from '../testing/people.ts';
import { begin, callback, exchange, registerClient, relyingParty, tokenRequest } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let admin: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: admin } = await auth.signIn(await auth.register()));
  auth.grant(admin, 'sessions.manage');
  auth.grant(admin, 'clients.manage');
});
afterAll(() => auth.stop());

interface World {
  readonly person: Person;
  readonly browser: Browser;
  readonly client: { readonly id: string; readonly secret: string };
  readonly app: oauth.Configuration;
  /** Whoever belongs to the organization that the application belongs to. */
  readonly members: Set<string>;
}

/** What an application holds; presenting it answers whether it was good for anything. */
type Present = () => Promise<boolean>;

const worldOf = async (): Promise<World> => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  const device = 'urn:ietf:params:oauth:grant-type:device_code' as const;
  const grantTypes = ['authorization_code', 'refresh_token', device] as const;
  const organizationId = newId();
  const members = new Set([person.userId]);
  auth.world.organizations.set(organizationId, { admins: new Set(), members, kept: new Set(), seats: 10 });
  const client = await registerClient(auth, { grantTypes: [...grantTypes] }, organizationId);
  return { person, browser, client, members, app: await relyingParty(auth, client) };
};

const tokensOf = async ({ app, browser }: World, parameters: Readonly<Record<string, string>> = {}) => {
  const begun = await begin(app, parameters);
  return exchange(app, await browser.authorize(begun.url), begun);
};

const succeeds = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** Everything that an application may hold of a person's. */
const held: Readonly<Record<string, (world: World) => Promise<Present>>> = {
  'a code': async (world) => {
    const begun = await begin(world.app);
    const code = (await world.browser.authorize(begun.url)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: begun.verifier };
    return async () => (await tokenRequest(auth, world.client, form)).status === 200;
  },
  'a refresh token': async (world) => {
    const { refresh_token } = await tokensOf(world);
    return () => succeeds(oauth.refreshTokenGrant(world.app, String(refresh_token)));
  },
  'a refresh token for longer than a sign-in': async (world) => {
    const { refresh_token } = await tokensOf(world, { scope: 'openid offline_access', prompt: 'consent' });
    return () => succeeds(oauth.refreshTokenGrant(world.app, String(refresh_token)));
  },
  'an access token': async (world) => {
    const { access_token } = await tokensOf(world);
    return () => succeeds(oauth.fetchUserInfo(world.app, access_token, oauth.skipSubjectCheck));
  },
  'an access token, asked about': async (world) => {
    const { access_token } = await tokensOf(world);
    return async () => {
      const form = { token: access_token };
      return (await tokenRequest(auth, world.client, form, 'an application', '/oidc/introspect')).body.active === true;
    };
  },
  'a device that was let in': async (world) => {
    const begun = await oauth.initiateDeviceAuthorization(world.app, { scope: 'openid' });
    await world.browser.connectDevice(begun.user_code);
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: begun.device_code };
    return async () => (await tokenRequest(auth, world.client, form)).status === 200;
  },
};

const clientPath = ({ client }: World): string => `/v1/oauth/clients/${client.id}`;
const setClient = (world: World, enabled: boolean) =>
  auth.ask('PATCH', clientPath(world), { actor: admin, body: { enabled } });

/** What may become of a person, of a client, or of what is between them. */
const states: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  deactivated: ({ person }) => auth.setAccess(person, false),
  'deactivated and reactivated': async ({ person }) => {
    await auth.setAccess(person, false);
    await auth.setAccess(person, true);
  },
  'kept out, with nothing else done about it yet': ({ person }) =>
    auth.connection.sql`update auth.credentials set disabled_at = now() where user_id = ${person.userId}`,
  'password changed': ({ person, browser }) =>
    auth.ask('PUT', '/v1/password', {
      actor: browser.actor,
      body: { current: person.password, password: 'quite another password' },
    }),
  'password reset': async ({ person }) => {
    const body = { token: await auth.resetTokenFor(person.email), password: 'quite another password' };
    return auth.ask('POST', '/v1/password/reset', { body });
  },
  'consent withdrawn': async ({ browser: { actor } }) => {
    const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor })).body;
    const [consent] = items as { id: string }[];
    return auth.ask('DELETE', `/v1/oauth/consents/${consent?.id}`, { actor });
  },
  'no member of the organization any more': async ({ members, person }) => members.delete(person.userId),
  'application disabled': (world) => setClient(world, false),
  'application removed': (world) => auth.ask('DELETE', clientPath(world), { actor: admin }),
  expired: () => auth.connection.sql`update auth.oauth_records set expires_at = now()`,
};

/** Ends of a sign-in, which end what was given for its time. */
const endings: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'signed out': ({ browser }) => auth.ask('DELETE', '/v1/sessions/current', { actor: browser.actor }),
  'signed out by an administrator': ({ person }) =>
    auth.ask('DELETE', `/v1/users/${person.userId}/sessions`, { actor: admin }),
  'an organization that wants a second factor': async ({ person }) => auth.world.needSecondFactor.add(person.userId),
  'a sign-in that has expired': ({ person }) =>
    auth.connection.sql`update auth.sessions set expires_at = now() where user_id = ${person.userId}`,
};

const longer = 'a refresh token for longer than a sign-in';

describe.each(Object.entries(held))('%s (N02, N03, N22)', (name, obtain) => {
  it('is good for something while nothing is wrong', async () => {
    expect(await (await obtain(await worldOf()))()).toBe(true);
  });

  it.each(Object.entries(states))('is good for nothing any more: %s', async (_, bring) => {
    const world = await worldOf();
    const present = await obtain(world);
    await bring(world);
    expect(await present()).toBe(false);
  });

  it.each(Object.entries(endings))(
    name === longer ? 'outlives, as the person has allowed it: %s' : 'ends with it: %s',
    async (_, bring) => {
      const world = await worldOf();
      const present = await obtain(world);
      await bring(world);
      expect(await present()).toBe(name === longer);
    },
  );
});

it('an application that is enabled again has what it had', async () => {
  const world = await worldOf();
  const { refresh_token } = await tokensOf(world);
  await setClient(world, false);
  await setClient(world, true);
  expect(await succeeds(oauth.refreshTokenGrant(world.app, String(refresh_token)))).toBe(true);
});

it.each([
  ['was deactivated', (person: Person) => auth.setAccess(person, false)],
  ['has to prove a second factor first', async (person: Person) => auth.world.needSecondFactor.add(person.userId)],
])('somebody who %s begins no authorization', async (_, bring) => {
  const { person, browser, app } = await worldOf();
  await bring(person);
  const { location } = await browser.open((await begin(app, { prompt: 'none' })).url);
  expect(location.searchParams.get('error')).toBe('login_required');
});
