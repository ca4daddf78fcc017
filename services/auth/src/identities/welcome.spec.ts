import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import { actorOf } from '../testing/people.ts';

let auth: AuthWithProviders;
let name = 0;
let claims = { sub: '', email: '', email_verified: true };

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
beforeEach(() => {
  name++;
  claims = { sub: `newcomer ${name}`, email: `newcomer-${name}@example.com`, email_verified: true };
});
afterEach(() => {
  auth.world.registrationIsDown = false;
  auth.world.enrolmentIsLate = false;
});

const userIdIn = (back: Awaited<ReturnType<AuthWithProviders['comeIn']>>) => actorOf(back.accessToken).userId;
const rowsOf = (sub: string) => auth.connection.sql<{ user_id: string }[]>`
  select user_id from auth.identities where external_id = ${sub}`;

describe('somebody whom nobody here knows', () => {
  it('has an account once a provider vouches for their address, and comes back to it', async () => {
    const first = await auth.comeIn(claims);
    const again = await auth.comeIn({ sub: claims.sub, email: 'moved@example.com', email_verified: true });
    expect(userIdIn(again)).toBe(userIdIn(first));
  });

  it('has an account also where the address is in user information only, if that is about them', async () => {
    const browser = auth.browser();
    const json = (value: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
    auth.idp.script.answers['/userinfo'] = json({ ...claims, sub: 'somebody else' });
    expect((await auth.comeIn({ sub: claims.sub }, browser)).error).toBe('provider_refused');
    auth.idp.script.answers['/userinfo'] = json(claims);
    expect((await auth.comeIn({ sub: claims.sub }, browser)).accessToken).toBeDefined();
    auth.idp.reset();
  });

  it('has no password, and may set one', async () => {
    const userId = userIdIn(await auth.comeIn(claims));
    const body = { identifier: claims.email, password: 'any password at all' };
    expect((await auth.ask('POST', '/v1/sessions', { body })).body).toMatchObject({ code: 'invalid_credentials' });
    const actor = actorOf((await auth.comeIn(claims)).accessToken);
    const set = await auth.ask('PUT', '/v1/password', { actor, body: { password: body.password } });
    expect(set.status).toBe(200);
    expect((await auth.ask('POST', '/v1/sessions', { body })).body).toMatchObject({ user: { id: userId } });
  });

  it('keeps the one way in that they have', async () => {
    const actor = actorOf((await auth.comeIn(claims)).accessToken);
    const { body } = await auth.ask('GET', '/v1/identities', { actor });
    const [{ id }] = body.items as [{ id: string }];
    const gone = await auth.ask('DELETE', `/v1/identities/${id}`, { actor });
    expect(gone.body).toMatchObject({ status: 409, code: 'last_way_in' });
  });

  it('has one account, of however many times they come first at once', async () => {
    const backs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => auth.comeIn(claims)));
    expect(new Set(backs.map(userIdIn)).size).toBe(1);
    expect(await rowsOf(claims.sub)).toHaveLength(1);
  });

  it.each([
    ['does not vouch for the address', { email_verified: false }],
    ['says nothing of the address being theirs', { email_verified: undefined }],
    ['names no address', { email: undefined }],
    ['names what is no address', { email: 'Ada <ada@example.com>' }],
    ['names an address that mail software reads as another (N56)', { email: '"a@b.example"@example.com' }],
  ])('has none where the provider %s', async (_, more) => {
    expect(await auth.comeIn({ ...claims, ...more })).toMatchObject({ error: 'email_not_verified' });
    expect(await rowsOf(claims.sub)).toEqual([]);
  });
});

describe('an address that somebody has typed in and not confirmed (N17)', () => {
  it('goes to whom the provider vouches for: the password that waited with it opens nothing', async () => {
    const squatter = await auth.signUp();
    const owner = { ...claims, email: squatter.email };
    const userId = userIdIn(await auth.comeIn(owner));
    expect(userId).not.toBe(squatter.userId);
    for (const identifier of [squatter.email, squatter.username]) {
      const body = { identifier, password: squatter.password };
      expect((await auth.ask('POST', '/v1/sessions', { body })).body).toMatchObject({ code: 'invalid_credentials' });
    }
  });
});

describe('an address that registration knows to be taken', () => {
  it('makes no account, and leaves nothing behind', async () => {
    auth.world.takenAddresses.add(claims.email);
    expect(await auth.comeIn(claims)).toMatchObject({ error: 'identity_not_linked', accessToken: undefined });
    expect(await rowsOf(claims.sub)).toEqual([]);
  });
});

describe('while registration is away', () => {
  it('nobody is signed in, and whoever comes back has one account all the same', async () => {
    auth.world.registrationIsDown = true;
    expect(await auth.comeIn(claims)).toMatchObject({ status: 303, error: 'unavailable', accessToken: undefined });
    auth.world.registrationIsDown = false;
    const userId = userIdIn(await auth.comeIn(claims));
    expect(await rowsOf(claims.sub)).toMatchObject([{ user_id: userId }]);
  });

  it('an account that was made and not told of opens no door until it is', async () => {
    auth.world.enrolmentIsLate = true;
    expect(await auth.comeIn(claims)).toMatchObject({ error: 'unavailable', accessToken: undefined });
    auth.world.enrolmentIsLate = false;
    expect((await auth.comeIn(claims)).accessToken).toBeDefined();
  });

  it('who never comes back is forgotten', async () => {
    auth.world.registrationIsDown = true;
    await auth.comeIn(claims);
    const [row] = await rowsOf(claims.sub);
    await auth.connection.sql`update auth.credentials set expires_at = now() where user_id = ${row?.user_id ?? ''}`;
    const replica = await auth.startReplica();
    await expect.poll(() => rowsOf(claims.sub), { timeout: 10_000 }).toEqual([]);
    await replica.stop();
  }, 20_000);
});
