import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAuthUnderTest } from '../testing/auth-under-test.ts';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});
afterEach(() => auth.idp.reset());

const seconds = (from = 0) => Math.floor(Date.now() / 1_000) + from;

/** What Firebase says of somebody, for this project. */
const claimsOf = (person: Person, more: Readonly<Record<string, unknown>> = {}) => ({
  iss: 'https://securetoken.google.com/a-project',
  aud: 'a-project',
  sub: `firebase ${person.userId}`,
  auth_time: seconds(-60),
  iat: seconds(-60),
  exp: seconds(3_000),
  ...more,
});

const present = (idToken: string, query = '') =>
  auth.ask('POST', `/v1/identities/firebase${query}`, { body: { idToken } });
const linkTo = async (person: Person, idToken: string) => {
  const { actor } = await auth.signIn(person);
  return auth.ask('POST', '/v1/identities/firebase/link', { actor, body: { idToken } });
};

describe('an ID token of Firebase', () => {
  it('signs in whoever has linked it', async () => {
    const linked = await linkTo(ada, await auth.idp.signed(claimsOf(ada)));
    expect(linked).toMatchObject({
      status: 201,
      body: { authType: 'firebase', externalId: `firebase ${ada.userId}`, issuer: claimsOf(ada).iss },
    });
    const answer = await present(await auth.idp.signed(claimsOf(ada)));
    expect(answer.status).toBe(201);
    expect(actorOf(answer.body.accessToken)).toMatchObject({ userId: ada.userId, methods: ['fed'] });
  });

  it('sets cookies where asked to', async () => {
    await linkTo(ada, await auth.idp.signed(claimsOf(ada)));
    const answer = await present(await auth.idp.signed(claimsOf(ada)), '?cookies=true');
    expect(answer.body).not.toHaveProperty('accessToken');
    expect(answer.cookies).toHaveLength(2);
  });

  it('never joins an account by its address (N17)', async () => {
    const verified = await present(await auth.idp.signed(claimsOf(ada, { email: ada.email, email_verified: true })));
    expect(verified.body).toMatchObject({ status: 401, code: 'identity_not_linked' });
    const unverified = await present(await auth.idp.signed(claimsOf(ada, { email: ada.email, email_verified: false })));
    expect(unverified.body).toMatchObject({ status: 401, code: 'email_not_verified' });
  });

  it('links for whoever has signed in just now, and takes from nobody', async () => {
    const eve = await auth.register();
    const idToken = await auth.idp.signed(claimsOf(ada));
    await linkTo(ada, idToken);
    expect((await linkTo(eve, idToken)).body).toMatchObject({ status: 409, code: 'identity_taken' });
    const { actor } = await auth.signIn(ada);
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    const late = await auth.ask('POST', '/v1/identities/firebase/link', { actor: stale, body: { idToken } });
    expect(late.body).toMatchObject({ code: 'reauthentication_required' });
  });

  it('is refused to who was deactivated', async () => {
    await linkTo(ada, await auth.idp.signed(claimsOf(ada)));
    await auth.setAccess(ada, false);
    expect((await present(await auth.idp.signed(claimsOf(ada)))).body).toMatchObject({ code: 'invalid_credentials' });
  });

  it.each([
    ['of another project', { iss: 'https://securetoken.google.com/another' }],
    ['of a project whose name begins with this one’s', { iss: 'https://securetoken.google.com/a-project-2' }],
    ['for another project', { aud: 'another' }],
    ['of an issuer of one’s own (N18)', { iss: 'https://evil.example' }],
    ['that has expired', { exp: seconds(-60) }],
    ['without an end', { exp: undefined }],
    ['from the future', { iat: seconds(600) }],
    ['that is older than an hour', { iat: seconds(-4_000) }],
    ['of somebody who will sign in later', { auth_time: seconds(600) }],
    ['that does not say when they signed in', { auth_time: undefined }],
    ['of nobody', { sub: undefined }],
    ['of an empty name', { sub: '' }],
    ['of a name too long', { sub: 'x'.repeat(129) }],
  ])('%s is refused', async (_, more) => {
    await linkTo(ada, await auth.idp.signed(claimsOf(ada)));
    const answer = await present(await auth.idp.signed(claimsOf(ada, more)));
    expect(answer.body).toMatchObject({ status: 401, code: 'invalid_credentials' });
  });

  it('is refused unless a key of Google’s that it names signed it (N07)', async () => {
    await linkTo(ada, await auth.idp.signed(claimsOf(ada)));
    const { privateKey } = await generateKeyPair('RS256');
    const { privateKey: curve } = await generateKeyPair('ES256');
    const sign = (
      header: { alg: string; kid?: string; [name: string]: unknown },
      key: Parameters<SignJWT['sign']>[0],
    ) => new SignJWT(claimsOf(ada)).setProtectedHeader(header).sign(key);
    const forged = [
      auth.idp.unsigned(claimsOf(ada)),
      await sign({ alg: 'RS256', kid: 'one' }, privateKey),
      await sign({ alg: 'RS256', kid: 'two' }, privateKey),
      await sign({ alg: 'RS256', kid: 'one', jku: 'https://evil.example/jwks' }, privateKey),
      await sign({ alg: 'ES256', kid: 'one' }, curve),
      await sign({ alg: 'HS256', kid: 'one' }, new TextEncoder().encode('one')),
      await auth.other.signed(claimsOf(ada)),
      'a.b.c',
    ];
    for (const idToken of forged) {
      expect((await present(idToken)).body).toMatchObject({ status: 401, code: 'invalid_credentials' });
    }
  });
});

describe('without the keys of Google', () => {
  it('nobody is signed in, and told to come back', async () => {
    const fresh = await startAuthWithProviders();
    fresh.idp.script.answers['/jwks'] = { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' };
    const idToken = await fresh.idp.signed(claimsOf(ada));
    const answer = await fresh.ask('POST', '/v1/identities/firebase', { body: { idToken } });
    expect(answer.body).toMatchObject({ status: 503, code: 'provider_unavailable' });
    fresh.idp.script.answers['/jwks'] = { status: 500, body: '' };
    const broken = await fresh.ask('POST', '/v1/identities/firebase', { body: { idToken } });
    expect(broken.body).toMatchObject({ status: 503, code: 'provider_unavailable' });
    await fresh.stop();
  });
});

describe('where Firebase is not configured', () => {
  it('there is nothing', async () => {
    const plain = await startAuthUnderTest();
    const answer = await plain.ask('POST', '/v1/identities/firebase', { body: { idToken: 'a.b.c' } });
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    await plain.stop();
  });
});
