import type { Actor } from '@rollcall/service-kit/actor';
import { generate } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let admin: Actor;

beforeAll(async () => {
  auth = await startAuthWithProviders();
  ({ actor: admin } = await auth.signIn(await auth.register()));
  auth.grant(admin, 'sessions.manage');
});
afterAll(() => auth.stop());

interface Away {
  readonly person: Person;
  readonly actor: Actor;
  /** Comes back from the provider. */
  readonly comeBack: () => ReturnType<ReturnType<AuthWithProviders['browser']>['comeBack']>;
}

/** Somebody who has linked, and is at the provider's page just now. */
const away = async (): Promise<Away> => {
  const person = await auth.register();
  const actor = await auth.link(person, { sub: person.userId });
  const browser = auth.browser();
  const answer = auth.idp.agree(await browser.begin('idp'), { sub: person.userId });
  return { person, actor, comeBack: () => browser.comeBack('idp', answer) };
};

const deactivate = ({ person }: Away) => auth.setAccess(person, false);
const reactivate = async (one: Away) => {
  await deactivate(one);
  return auth.setAccess(one.person, true);
};
const unlink = async ({ actor }: Away) => {
  const { body } = await auth.ask('GET', '/v1/identities', { actor });
  const [{ id }] = body.items as [{ id: string }];
  return auth.ask('DELETE', `/v1/identities/${id}`, { actor });
};
const unconfirm = ({ person }: Away) =>
  auth.connection
    .sql`update auth.credentials set email_key = null, username_key = null where user_id = ${person.userId}`;

describe('the door of an identity provider (N02, N22)', () => {
  it.each([
    ['was deactivated', deactivate, 'invalid_credentials'],
    ['has no confirmed address', unconfirm, 'email_not_verified'],
    ['has unlinked it', unlink, 'email_not_verified'],
    ['has come back before', (one: Away) => one.comeBack(), 'sign_in_expired'],
    [
      'took too long',
      () => auth.connection.sql`update auth.identity_sign_ins set expires_at = now()`,
      'sign_in_expired',
    ],
  ])('is shut to who %s', async (_, bring, error) => {
    const one = await away();
    await bring(one);
    expect(await one.comeBack()).toMatchObject({
      error,
      ...(error === 'sign_in_expired' ? {} : { accessToken: undefined }),
    });
  });

  it('is told of in the trail of who was deactivated', async () => {
    const one = await away();
    await deactivate(one);
    await one.comeBack();
    await expect
      .poll(async () => (await auth.eventsAbout(one.person.userId)).at(-1), { timeout: 4_000 })
      .toMatchObject({ type: 'sign_in.failed', actor: 'anonymous', data: { reason: 'disabled' } });
  });

  it.each([
    ['may come back', reactivate],
    ['signed out', (one: Away) => auth.ask('DELETE', '/v1/sessions/current', { actor: one.actor })],
    ['was signed out', (one: Away) => auth.ask('DELETE', `/v1/users/${one.person.userId}/sessions`, { actor: admin })],
    [
      'has a new password',
      async ({ person }: Away) => {
        const body = { token: await auth.resetTokenFor(person.email), password: 'quite another password' };
        return auth.ask('POST', '/v1/password/reset', { body });
      },
    ],
  ])('opens to who %s: it is a way in of its own', async (_, bring) => {
    const one = await away();
    await bring(one);
    expect(actorOf((await one.comeBack()).accessToken).userId).toBe(one.person.userId);
  });
});

describe('whoever has a second factor', () => {
  const withFactor = async () => {
    const one = await away();
    const begun = await auth.ask('POST', '/v1/mfa/totp', { actor: one.actor });
    const body = { code: await generate({ secret: String(begun.body.secret) }) };
    const path = `/v1/mfa/totp/${begun.body.id}/confirm`;
    const { recoveryCodes } = (await auth.ask('POST', path, { actor: one.actor, body })).body;
    return { ...one, codes: recoveryCodes as string[] };
  };
  const browse = async (person: Person) => {
    const browser = auth.browser();
    return { browser, back: await auth.comeIn({ sub: person.userId }, browser) };
  };

  it('is asked for it, whatever the provider says that it asked for', async () => {
    const { person } = await withFactor();
    const back = await auth.comeIn({ sub: person.userId, amr: ['mfa'], acr: 'phrh' });
    expect(back).toMatchObject({ told: 'mfa_required', accessToken: undefined });
    expect(back.location).toBe('http://rollcall.test/?identity=mfa_required');
  });

  it('completes the sign-in by the cookie, with nothing in the address', async () => {
    const { person, codes } = await withFactor();
    const { browser } = await browse(person);
    const body = { method: 'recovery_code', code: codes[0] };
    const answer = await browser.send('POST', '/v1/sessions/mfa', { body });
    expect(answer).toMatchObject({ status: 201, body: { user: { id: person.userId } } });
    expect(answer.body).not.toHaveProperty('accessToken');
    expect(actorOf(browser.cookies.get('rollcall_access')).methods).toEqual(['fed', 'recovery_code', 'mfa']);
    expect((await browser.send('POST', '/v1/sessions/mfa', { body })).body).toMatchObject({ code: 'sign_in_expired' });
  });

  it('completes none that was begun with an account unlinked since', async () => {
    const { person, codes, actor } = await withFactor();
    const { browser } = await browse(person);
    const strong = { ...actor, methods: ['pwd', 'otp', 'mfa'] };
    expect((await unlink({ person, actor: strong, comeBack: () => auth.comeIn({}) })).status).toBe(200);
    const body = { method: 'recovery_code', code: codes[0] };
    expect((await browser.send('POST', '/v1/sessions/mfa', { body })).body).toMatchObject({ code: 'sign_in_expired' });
  });
});
