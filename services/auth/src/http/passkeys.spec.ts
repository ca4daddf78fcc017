import { generateKeyPairSync } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { Authenticator, type Twist } from '@rollcall/testing/authenticator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

const origin = 'http://rollcall.test';

let auth: AuthUnderTest;
let ada: Person;
let actor: Actor;
let device: Authenticator;

beforeAll(async () => {
  auth = await startAuthUnderTest({ environment: { PASSKEY_ORIGINS: 'http://app.rollcall.test' } });
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  ({ actor } = await auth.signIn(ada));
  device = new Authenticator(origin);
});

interface Asked {
  readonly challenge: string;
  readonly rpId?: string;
  readonly user?: { readonly id: string; readonly name: string };
  readonly allowCredentials?: readonly { readonly id: string }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly userVerification?: string;
  readonly authenticatorSelection?: unknown;
}

const optionsOf = ({ body }: { readonly body: Record<string, unknown> }) => body.options as Asked;
const begin = async (who = actor) =>
  optionsOf(await auth.ask('POST', '/v1/passkeys/registration-options', { actor: who }));
const add = (response: unknown, who = actor, more = {}) =>
  auth.ask('POST', '/v1/passkeys', { actor: who, body: { response, ...more } });
const registered = async () => (await add(device.register(await begin()), actor, { name: 'Laptop' })).body;
const asked = async (body = {}) => optionsOf(await auth.ask('POST', '/v1/passkeys/authentication-options', { body }));
const present = (response: unknown) => auth.ask('POST', '/v1/sessions/passkey', { body: { response } });
const signIn = async (twist?: Twist) => present(device.sign(await asked(), twist));
const password = (who = ada) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier: who.username, password: who.password } });
const foreignKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

describe('a new passkey', () => {
  it('is asked for with a name, what there is already, and a check of who holds the device', async () => {
    const first = await begin();
    expect(first).toMatchObject({
      rp: { id: 'rollcall.test' },
      user: { name: ada.username.toLowerCase() },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
    // 32 bytes.
    expect(first.challenge).toMatch(/^[\w-]{43}$/);
    await add(device.register(first));
    const { body } = await present(device.sign(await asked()));
    const again = await begin(actorOf(body.accessToken));
    expect(again.excludeCredentials).toMatchObject([{ id: device.credentialId }]);
    expect(again.challenge).not.toBe(first.challenge);
  });

  it('is shown in the list, and brings recovery codes when it is the first factor', async () => {
    const { body, status } = await add(device.register(await begin()), actor, { name: 'Laptop' });
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'Laptop', synced: false, lastUsedAt: null } });
    expect(body.recoveryCodes).toHaveLength(10);
    const { recoveryCodes: _, ...shown } = body;
    expect((await auth.ask('GET', '/v1/passkeys', { actor })).body).toEqual({ items: [shown] });
    const types = (await auth.eventsAbout(ada.userId)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['factor.added', 'recovery_codes.made']));
  });

  it('answers the challenge of this very session, once and in time', async () => {
    const options = await begin();
    const { actor: elsewhere } = await auth.signIn(ada);
    const { actor: other } = await auth.signIn(await auth.register());
    for (const who of [elsewhere, other]) {
      expect((await add(device.register(options), who)).body).toMatchObject({ code: 'passkey_refused' });
    }
    expect((await add(device.register(options))).status).toBe(201);
    expect((await add(new Authenticator(origin).register(options))).status).toBe(401);

    const [bob] = [await auth.register()];
    const { actor: bobs } = await auth.signIn(bob);
    const late = await begin(bobs);
    await auth.connection.sql`update auth.passkey_challenges set expires_at = now()`;
    expect((await add(new Authenticator(origin).register(late), bobs)).body).toMatchObject({ code: 'passkey_refused' });
    // What was asked to sign in with is none to register with.
    expect((await add(new Authenticator(origin).register(await asked()), bobs)).status).toBe(400);
  });

  const twists: readonly [string, Twist][] = [
    ['for another origin', { origin: 'https://evil.test' }],
    ['for a look-alike of the origin', { origin: 'http://rollcall.test.evil.test' }],
    ['in a page within another', { crossOrigin: true, topOrigin: 'https://evil.test' }],
    ['for another relying party', { relyingParty: 'evil.test' }],
    ['of another ceremony', { type: 'webauthn.get' }],
    ['with a challenge of its own', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['without anybody there', { present: false }],
    ['without a check of who is there', { verified: false }],
    ['that is backed up and may not be', { backedUp: true }],
    ['with an algorithm that was not offered', { algorithm: -37 }],
    ['with an algorithm that nobody knows', { algorithm: -9_999 }],
    ['with an id that is too long', { credentialId: Buffer.alloc(1_024, 7).toString('base64url') }],
  ];
  it.each(twists)('is refused %s', async (_, twist) => {
    const answer = await add(device.register(await begin(), twist));
    expect(answer).toMatchObject({ status: 400 });
    expect((await auth.ask('GET', '/v1/passkeys', { actor })).body).toEqual({ items: [] });
    expect((await password()).status).toBe(201);
  });

  it('may come from an application within the domain', async () => {
    const app = new Authenticator('http://app.rollcall.test', 'rollcall.test');
    expect((await add(app.register(await begin()))).status).toBe(201);
    expect((await present(app.sign(await asked()))).status).toBe(201);
  });

  it('is nobody else’s already', async () => {
    await registered();
    const { actor: other } = await auth.signIn(await auth.register());
    const copied = new Authenticator(origin).register(await begin(other), { credentialId: device.credentialId });
    expect((await add(copied, other)).body).toMatchObject({ code: 'passkey_refused' });
    expect((await signIn()).body).toMatchObject({ user: { id: ada.userId } });
  });
});

describe('signing in with a passkey', () => {
  beforeEach(registered);

  it('takes nothing else, and counts as two factors', async () => {
    const { status, body } = await signIn();
    expect(status).toBe(201);
    expect(actorOf(body.accessToken)).toMatchObject({ userId: ada.userId, methods: ['hwk', 'user', 'mfa'] });
    expect((await auth.ask('GET', '/v1/passkeys', { actor })).body.items).toMatchObject([
      { lastUsedAt: expect.any(String) },
    ]);
  });

  it('tells nobody who has one: the options are the same for all', async () => {
    expect(await asked()).toMatchObject({ rpId: 'rollcall.test', userVerification: 'required' });
    expect((await asked()).allowCredentials ?? []).toEqual([]);
  });

  it('works once for each challenge, however many present it at once (N11)', async () => {
    const response = device.sign(await asked());
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(response)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await present(response)).body).toMatchObject({ code: 'invalid_credentials' });
  });

  const twists: readonly [string, Twist][] = [
    ['for another origin', { origin: 'https://evil.test' }],
    ['for an origin with another port', { origin: 'http://rollcall.test:8081' }],
    ['in a page within another', { crossOrigin: true }],
    ['with a page around it that is not told of', { topOrigin: 'https://evil.test' }],
    ['for another relying party', { relyingParty: 'evil.test' }],
    ['of another ceremony', { type: 'webauthn.create' }],
    ['with a challenge of its own', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['without anybody there', { present: false }],
    ['without a check of who is there', { verified: false }],
    ['with another key', { key: foreignKey }],
    ['of nobody', { credentialId: Buffer.alloc(32).toString('base64url') }],
    ['for somebody else', { userHandle: Buffer.from('somebody else').toString('base64url') }],
    ['that is backed up and may not be', { backedUp: true }],
  ];
  it.each(twists)('is refused %s', async (_, twist) => {
    expect(await signIn(twist)).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    // Nor is it any good without the twist afterwards.
    expect((await signIn()).status).toBe(201);
  });

  it('is refused to a copy of the key, whose count of signatures falls behind, and tells the owner', async () => {
    expect((await signIn({ signCount: 40 })).status).toBe(201);
    for (const signCount of [40, 39, 0]) expect((await signIn({ signCount })).status).toBe(401);
    // A stranger who has no key cannot make the owner believe that there is a copy.
    expect((await signIn({ signCount: 1, key: foreignKey })).status).toBe(401);
    expect((await signIn({ signCount: 41 })).status).toBe(201);
    const reasons = async () =>
      (await auth.eventsAbout(ada.userId))
        .filter(({ type }) => type === 'sign_in.failed')
        .map(({ data }) => data.reason);
    await expect.poll(reasons).toEqual(['copied_passkey', 'copied_passkey', 'copied_passkey', 'wrong_passkey']);
  });

  it('is refused to whoever is disabled, also when they were asked before (N02)', async () => {
    const before = await asked();
    await auth.setAccess(ada, false);
    expect((await present(device.sign(before))).body).toMatchObject({ code: 'invalid_credentials' });
    expect((await signIn()).body).toMatchObject({ code: 'invalid_credentials' });
    await auth.setAccess(ada, true);
    expect((await present(device.sign(before))).status).toBe(401);
    expect((await signIn()).status).toBe(201);
  });

  it('is refused once its time is over, whatever cleans up (N22)', async () => {
    const late = device.sign(await asked());
    await auth.connection.sql`update auth.passkey_challenges set expires_at = now()`;
    expect((await present(late)).body).toMatchObject({ code: 'invalid_credentials' });
  });

  it('does not end with a session or a password: a passkey is a way in of its own', async () => {
    await auth.ask('POST', '/v1/password/reset', {
      body: { token: await auth.resetTokenFor(ada.email), password: 'quite another password' },
    });
    expect((await signIn()).status).toBe(201);
  });

  it('works while strangers guess the password (N06)', async () => {
    const wrong = { body: { identifier: ada.username, password: 'not the password' } };
    for (let n = 0; n < 12; n++) await auth.ask('POST', '/v1/sessions', wrong);
    expect((await password()).status).toBe(429);
    expect((await signIn()).status).toBe(201);
  });
});

describe('a passkey as the second factor', () => {
  beforeEach(registered);
  const challenged = async () => String((await password()).body.mfaToken);
  const complete = (mfaToken: string, response: unknown) =>
    auth.ask('POST', '/v1/sessions/mfa', { body: { mfaToken, method: 'passkey', response } });

  it('completes a sign-in by password, which alone is not enough any more', async () => {
    expect((await password()).body).toMatchObject({ status: 'mfa_required', methods: ['passkey', 'recovery_code'] });
    const mfaToken = await challenged();
    const options = await asked({ mfaToken });
    expect(options.allowCredentials).toMatchObject([{ id: device.credentialId }]);
    const { status, body } = await complete(mfaToken, device.sign(options));
    expect(status).toBe(201);
    expect(actorOf(body.accessToken).methods).toEqual(['pwd', 'hwk', 'user', 'mfa']);
  });

  it('answers the challenge of that very sign-in', async () => {
    const [mine, another] = [await challenged(), await challenged()];
    const options = await asked({ mfaToken: another });
    expect((await complete(mine, device.sign(options))).status).toBe(401);
    expect((await complete(mine, device.sign(await asked()))).status).toBe(401);
    expect((await present(device.sign(await asked({ mfaToken: mine })))).status).toBe(401);
    const { status, body } = await auth.ask('POST', '/v1/passkeys/authentication-options', {
      body: { mfaToken: 'x'.repeat(43) },
    });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'sign_in_expired' });
  });

  it('is the person’s own', async () => {
    const bob = await auth.register();
    const { actor: bobs } = await auth.signIn(bob);
    const other = new Authenticator(origin);
    await add(other.register(await begin(bobs)), bobs);
    const mfaToken = await challenged();
    expect((await complete(mfaToken, other.sign(await asked({ mfaToken })))).status).toBe(401);
  });

  it('is presented as what it is', async () => {
    const mfaToken = await challenged();
    for (const body of [
      { mfaToken, method: 'passkey', code: '123456' },
      { mfaToken, method: 'totp', response: device.sign(await asked({ mfaToken })) },
    ]) {
      expect((await auth.ask('POST', '/v1/sessions/mfa', { body })).body).toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('changing passkeys', () => {
  it('needs a fresh sign-in, with the factor where there is one, and one’s own (N08)', async () => {
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 601 };
    const { body } = await auth.ask('POST', '/v1/passkeys/registration-options', { actor: stale });
    expect(body).toMatchObject({ code: 'reauthentication_required' });
    const { id } = await registered();
    const path = `/v1/passkeys/${id}`;
    const strong = actorOf((await signIn()).body.accessToken);
    const { actor: other } = await auth.signIn(await auth.register());
    for (const [who, status] of [
      [actor, 401],
      [{ ...strong, authenticatedAt: strong.authenticatedAt - 601 }, 401],
      [other, 404],
    ] as const) {
      expect((await auth.ask('PATCH', path, { actor: who, body: { name: 'Mine' } })).status).toBe(status);
      expect((await auth.ask('DELETE', path, { actor: who })).status).toBe(status);
    }
    const renamed = await auth.ask('PATCH', path, { actor: strong, body: { name: 'Mine' } });
    expect(renamed).toMatchObject({ status: 200, body: { id, name: 'Mine' } });
    expect((await auth.ask('DELETE', path, { actor: strong })).body).toEqual({ removed: true });
    expect((await signIn()).status).toBe(401);
    expect((await password()).status).toBe(201);
    expect((await auth.ask('GET', '/v1/mfa/recovery-codes', { actor })).body).toMatchObject({ left: 0 });
  });

  it('is possible after proving again who one is, by the passkey', async () => {
    await registered();
    const again = async (who: Actor) =>
      auth.ask('POST', '/v1/sessions/reauthenticate', {
        actor: who,
        body: { passkey: device.sign(await asked()) },
      });
    const { actor: other } = await auth.signIn(await auth.register());
    expect((await again(other)).body).toMatchObject({ code: 'invalid_credentials' });
    const { status, body } = await again(actor);
    expect(status).toBe(200);
    const strong = actorOf(body.accessToken);
    expect(strong.sessionId).not.toBe(actor.sessionId);
    await begin(strong);
    // The other session has ended: nobody proves anything with it again.
    expect((await again(actor)).status).toBe(401);
  });

  it('leaves whoever has nothing else their last one', async () => {
    const { id } = await registered();
    const strong = actorOf((await signIn()).body.accessToken);
    await auth.connection.sql`update auth.credentials set password_hash = null where user_id = ${ada.userId}`;
    const remove = () => auth.ask('DELETE', `/v1/passkeys/${id}`, { actor: strong });
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'last_way_in' } });
    const second = new Authenticator(origin);
    await add(second.register(await begin(strong)), strong);
    expect((await remove()).status).toBe(200);
    expect((await present(second.sign(await asked()))).status).toBe(201);
  });

  it('has an end: ten each', async () => {
    await registered();
    const strong = actorOf((await signIn()).body.accessToken);
    for (let n = 1; n < 10; n++) {
      const { recoveryCodes } = (await add(new Authenticator(origin).register(await begin(strong)), strong)).body;
      expect(recoveryCodes).toBeNull();
    }
    const { body } = await auth.ask('POST', '/v1/passkeys/registration-options', { actor: strong });
    expect(body).toMatchObject({ code: 'too_many_factors' });
  });
});
