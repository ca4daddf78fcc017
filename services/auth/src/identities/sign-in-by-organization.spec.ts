import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthWithOrganizations,
  type OrganizationUnderTest,
  startAuthWithOrganizations,
} from '../testing/auth-with-organizations.ts';
import { actorOf } from '../testing/people.ts';

let auth: AuthWithOrganizations;
let acme: OrganizationUnderTest & { readonly provider: string; readonly record: { readonly name: string } };
let sub = '';
let count = 0;

beforeAll(async () => {
  auth = await startAuthWithOrganizations();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  acme = await auth.foundWithProvider();
  sub = `subject ${++count}`;
});
afterEach(() => {
  auth.idp.reset();
  auth.other.reset();
  auth.world.accessRefuses = undefined;
  auth.world.enrolmentIsLate = false;
});

type Back = Awaited<ReturnType<AuthWithOrganizations['comeIn']>>;
const userIdIn = (back: Back) => actorOf(back.accessToken).userId;
const employee = ({ domain } = acme, name = `ada${count}`) => ({
  sub,
  email: `${name}@${domain}`,
  email_verified: true,
});
const identitiesOf = async (subject: string) => [
  ...(await auth.connection.sql<{ user_id: string; issuer: string }[]>`
    select user_id, issuer from auth.identities where external_id = ${subject}`),
];
const shut = (error: string) => ({ status: 303, error, accessToken: undefined });

describe('somebody new with an address of a verified domain', () => {
  it('has an account, and is a member of the organization, once', async () => {
    const first = await auth.comeIn(acme.provider, employee());
    expect(auth.membersOf(acme)).toEqual([userIdIn(first)]);
    auth.world.organizations.get(acme.id)?.members.clear();
    const again = await auth.comeIn(acme.provider, employee());
    expect(userIdIn(again)).toBe(userIdIn(first));
    // Who was removed by an admin does not come back by signing in.
    expect(auth.membersOf(acme)).toEqual([]);
  });

  it('has one account, of however many times they come first at once', async () => {
    const backs = await Promise.all([1, 2, 3, 4].map(() => auth.comeIn(acme.provider, employee())));
    expect(new Set(backs.map(userIdIn)).size).toBe(1);
    expect(auth.membersOf(acme)).toHaveLength(1);
  });

  it('has neither where the organization has no seat left, and both once it has', async () => {
    const full = await auth.foundWithProvider({}, 1);
    expect(await auth.comeIn(full.provider, employee(full))).toMatchObject(shut('seat_limit_reached'));
    expect(await identitiesOf(sub)).toEqual([]);
    const organization = auth.world.organizations.get(full.id);
    if (organization) organization.seats = 2;
    expect(userIdIn(await auth.comeIn(full.provider, employee(full)))).toBe(auth.membersOf(full)[0]);
  });

  it('comes back to the same account where something broke off, and is a member then', async () => {
    auth.world.enrolmentIsLate = true;
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('unavailable'));
    expect(auth.membersOf(acme)).toEqual([]);
    auth.world.enrolmentIsLate = false;
    const back = await auth.comeIn(acme.provider, employee());
    expect(auth.membersOf(acme)).toEqual([userIdIn(back)]);
    expect(await identitiesOf(sub)).toMatchObject([{ user_id: userIdIn(back) }]);
  });

  it('is let in by nobody while nobody can say whether there is a seat', async () => {
    auth.world.accessRefuses = 'unavailable';
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('unavailable'));
    expect(auth.membersOf(acme)).toEqual([]);
  });

  it('has no account where the provider lets nobody new in', async () => {
    await auth.change(acme, acme.provider, { signUp: false });
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('sign_up_closed'));
    expect(await identitiesOf(sub)).toEqual([]);
    expect(auth.membersOf(acme)).toEqual([]);
  });
});

describe('somebody who has an account', () => {
  it('is not joined by the address, and comes in once they have linked it, as a member', async () => {
    const ada = await auth.signUp();
    const person = { ...ada, email: employee().email };
    await auth.enrol(person);
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('identity_not_linked'));
    expect(auth.membersOf(acme)).toEqual([]);
    const { actor } = await auth.signIn(person);
    expect(await auth.link(acme.provider, employee(), actor)).toMatchObject({ told: 'linked' });
    expect(auth.membersOf(acme)).toEqual([ada.userId]);
    expect(userIdIn(await auth.comeIn(acme.provider, employee()))).toBe(ada.userId);
  });

  it('links nothing where there is no seat for them, unless they are a member already', async () => {
    const full = await auth.foundWithProvider({}, 1);
    const { actor } = await auth.signIn(await auth.register());
    expect(await auth.link(full.provider, employee(full), actor)).toMatchObject({ error: 'seat_limit_reached' });
    expect(await identitiesOf(sub)).toEqual([]);
    expect(await auth.link(full.provider, employee(full), full.admin)).toMatchObject({ told: 'linked' });
    expect(auth.membersOf(full)).toEqual([]);
  });

  it('becomes no member a second time where it broke off before that was written down', async () => {
    const { actor } = await auth.signIn(await auth.register());
    await auth.link(acme.provider, employee(), actor);
    await auth.connection.sql`delete from auth.organization_admissions where user_id = ${actor.userId}`;
    auth.world.organizations.get(acme.id)?.members.clear();
    await auth.connection.sql`delete from auth.identities where user_id = ${actor.userId}`;
    expect(await auth.link(acme.provider, employee(), actor)).toMatchObject({ told: 'linked' });
    expect(auth.membersOf(acme)).toEqual([]);
  });

  it('becomes no member a second time by unlinking it and linking it anew, nor by another account', async () => {
    const { actor } = await auth.signIn(await auth.register());
    await auth.link(acme.provider, employee(), actor);
    expect(auth.membersOf(acme)).toEqual([actor.userId]);
    const organization = auth.world.organizations.get(acme.id);
    organization?.members.clear();
    const { body } = await auth.ask('GET', '/v1/identities', { actor });
    const [{ id }] = body.items as [{ id: string }];
    const unlink = () => auth.ask('DELETE', `/v1/identities/${id}`, { actor });
    expect(await unlink()).toMatchObject({ status: 200 });
    expect(await auth.link(acme.provider, employee(), actor)).toMatchObject({ told: 'linked' });
    const second = { ...employee(), sub: `${sub} again` };
    expect(await auth.link(await auth.addProvider(acme), second, actor)).toMatchObject({ told: 'linked' });
    const [known] = await identitiesOf(sub);
    await auth.connection.sql`delete from auth.identities where user_id = ${known?.user_id ?? ''}`;
    const { actor: other } = await auth.signIn(await auth.register());
    expect(await auth.link(acme.provider, employee(), other)).toMatchObject({ told: 'linked' });
    expect(auth.membersOf(acme)).toEqual([]);
    expect([...(organization?.kept ?? [])]).toEqual([]);
  });

  it('comes in also where nobody new does', async () => {
    await auth.change(acme, acme.provider, { signUp: false });
    const ada = await auth.register();
    const { actor } = await auth.signIn(ada);
    expect(await auth.link(acme.provider, employee(), actor)).toMatchObject({ told: 'linked' });
    expect(userIdIn(await auth.comeIn(acme.provider, employee()))).toBe(ada.userId);
  });
});

describe('what a provider of an organization says', () => {
  it.each([
    ['of an address in no domain of its organization', () => `ada@example.org`],
    ['of an address below its domain', () => `ada@mail.${acme.domain}`],
    ['of an address above its domain', () => 'ada@example.com'],
    ['of an address that ends as its domain does', () => `ada@evil-${acme.domain}`],
    ['of an address that begins with its domain', () => `${acme.domain}@example.org`],
  ])('counts for nothing %s', async (_, email) => {
    const claims = { sub, email: email(), email_verified: true };
    expect(await auth.comeIn(acme.provider, claims)).toMatchObject(shut('email_outside_domains'));
    expect(await identitiesOf(sub)).toEqual([]);
  });

  it.each([{ email_verified: false }, { email_verified: undefined }, { email: undefined }])(
    'counts for nothing of an address that it does not vouch for: %o',
    async (more) => {
      const back = await auth.comeIn(acme.provider, { ...employee(), ...more });
      expect(back).toMatchObject(shut('email_not_verified'));
    },
  );

  it('counts of Google only where an organization manages the account, and not of one that outlives the mailbox', async () => {
    const google = await auth.addProvider(acme, { type: undefined, preset: 'google' });
    expect(await auth.comeIn(google, employee())).toMatchObject(shut('email_not_verified'));
    expect(auth.membersOf(acme)).toEqual([]);
    const back = await auth.comeIn(google, { ...employee(), hd: acme.domain });
    expect(auth.membersOf(acme)).toEqual([userIdIn(back)]);
  });

  it('is no way into the account of another organization’s admin, whether their address is within or without', async () => {
    const victim = await auth.foundWithProvider();
    const { email } = await auth.register();
    expect(await auth.comeIn(acme.provider, { sub, email, email_verified: true })).toMatchObject(
      shut('email_outside_domains'),
    );
    const of = { ...employee(victim) };
    const known = await auth.comeIn(victim.provider, of);
    expect(await auth.comeIn(acme.provider, of)).toMatchObject(shut('email_outside_domains'));
    await auth.prove(acme, `sub.${acme.domain}`);
    expect(userIdIn(await auth.comeIn(victim.provider, of))).toBe(userIdIn(known));
  });

  it('counts for nobody, those who have linked it included, once the domain has lost its proof', async () => {
    await auth.comeIn(acme.provider, employee());
    await auth.connection.sql`update auth.organization_domains set verified_at = null where domain = ${acme.domain}`;
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('email_outside_domains'));
    const { actor } = await auth.signIn(await auth.register());
    const another = { ...employee(), sub: `${sub} another` };
    expect(await auth.link(acme.provider, another, actor)).toMatchObject({ error: 'email_outside_domains' });
  });

  it('counts for nobody whom it knew by a domain that is lost, whatever other domain its organization has proved', async () => {
    const of = employee();
    const known = userIdIn(await auth.comeIn(acme.provider, of));
    const elsewhere = { ...of, email: `other-${of.email}`.replace('@', '@other-') };
    await auth.prove(acme, `other-${acme.domain}`);
    expect(userIdIn(await auth.comeIn(acme.provider, elsewhere))).toBe(known);
    await auth.connection.sql`update auth.organization_domains set verified_at = null where domain = ${acme.domain}`;
    expect(await auth.comeIn(acme.provider, elsewhere)).toMatchObject(shut('email_outside_domains'));
    const heir = await auth.found();
    await auth.prove(heir, acme.domain);
    expect(await auth.comeIn(acme.provider, elsewhere)).toMatchObject(shut('email_outside_domains'));
  });

  it('counts for nothing about a domain that was claimed and not proved, or proved by another organization', async () => {
    const heir = await auth.found();
    const body = { domain: acme.domain };
    await auth.ask('POST', auth.path(heir, '/domains'), { actor: heir.admin, body });
    const provider = await auth.addProvider(heir);
    expect(await auth.comeIn(provider, employee())).toMatchObject(shut('email_outside_domains'));
  });
});

describe('two providers with the same issuer', () => {
  it('never meet, those of two organizations nor one of them and a configured one', async () => {
    const twin = await auth.foundWithProvider();
    const ben = await auth.register();
    const { actor } = await auth.signIn(ben);
    expect(await auth.link('configured', { sub }, actor)).toMatchObject({ told: 'linked' });
    const here = userIdIn(await auth.comeIn(acme.provider, employee()));
    const there = userIdIn(await auth.comeIn(twin.provider, employee(twin)));
    expect(new Set([ben.userId, here, there]).size).toBe(3);
    expect((await identitiesOf(sub)).map(({ issuer }) => issuer).sort()).toEqual(
      [auth.idp.url, `organization-provider:${acme.provider}`, `organization-provider:${twin.provider}`].sort(),
    );
  });

  it('do not take each other’s answers: one of another organization’s provider ends nothing and opens nothing', async () => {
    const twin = await auth.foundWithProvider();
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin(acme.provider), employee());
    expect(await browser.comeBack(twin.provider, answer)).toMatchObject(shut('sign_in_expired'));
    expect(await browser.comeBack('configured', answer)).toMatchObject(shut('sign_in_expired'));
    expect((await browser.comeBack(acme.provider, answer)).accessToken).toBeDefined();
  });

  it('take no answer that another issuer says it gave', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin(acme.provider), employee());
    const mixed = { ...answer, iss: auth.other.url };
    expect(await browser.comeBack(acme.provider, mixed)).toMatchObject(shut('provider_refused'));
  });
});

describe('a provider that was switched off or removed', () => {
  const remove = () => {
    const path = auth.path(acme, `/identity-providers/${acme.provider}`);
    return auth.ask('DELETE', path, { actor: acme.admin });
  };

  it.each([
    ['switched off', () => auth.change(acme, acme.provider, { enabled: false })],
    ['removed', remove],
  ])('lets nobody in from then on, not even who was on the way: %s (N19)', async (_, end) => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin(acme.provider), employee());
    expect((await end()).status).toBe(200);
    expect((await browser.comeBack(acme.provider, answer)).accessToken).toBeUndefined();
    const path = `/v1/identities/${acme.provider}/begin`;
    expect(await auth.ask('POST', path, { body: {} })).toMatchObject({ status: 404 });
  });

  it('stays listed, and counts as no way in: neither is the last one lost with it, nor does it replace one', async () => {
    const ada = await auth.register();
    const { actor } = await auth.signIn(ada);
    await auth.link(acme.provider, employee(), actor);
    const own = actorOf((await auth.comeIn(acme.provider, employee())).accessToken);
    await remove();
    const { body } = await auth.ask('GET', '/v1/identities', { actor: own });
    const [{ id, authType }] = body.items as [{ id: string; authType: string }];
    expect(authType).toBe(acme.provider);
    await auth.connection.sql`update auth.credentials set password_hash = null where user_id = ${ada.userId}`;
    const unlink = () => auth.ask('DELETE', `/v1/identities/${id}`, { actor: own });
    expect((await unlink()).body).toMatchObject({ code: 'last_way_in' });
    await auth.connection.sql`update auth.credentials set password_hash = 'x' where user_id = ${ada.userId}`;
    expect(await unlink()).toMatchObject({ status: 200 });
  });

  it('uses a new secret from the very next sign-in on', async () => {
    await auth.comeIn(acme.provider, employee());
    await auth.change(acme, acme.provider, { clientSecret: 'another secret' });
    await auth.comeIn(acme.provider, employee());
    const sent = auth.idp.asked.filter(({ path }) => path === '/token').map(({ body }) => body.get('client_secret'));
    expect(sent.slice(-2)).toEqual(['sealed', 'another secret']);
  });
});

describe('a provider of an organization that was deleted', () => {
  it('lets nobody in, neither who is new nor who has come before', async () => {
    await auth.comeIn(acme.provider, employee());
    auth.world.organizations.delete(acme.id);
    expect(await auth.comeIn(acme.provider, employee())).toMatchObject(shut('not_found'));
    const another = { sub: `${sub} another`, email: `another@${acme.domain}`, email_verified: true };
    expect(await auth.comeIn(acme.provider, another)).toMatchObject(shut('not_found'));
    expect(await identitiesOf(another.sub)).toEqual([]);
  });
});

describe('a configured provider that lets nobody new in', () => {
  it('lets in who has linked it, and tells others that it is closed', async () => {
    const fresh = { sub, email: `new${count}@example.com`, email_verified: true };
    expect(await auth.comeIn('closed', fresh, auth.other)).toMatchObject(shut('sign_up_closed'));
    expect(await identitiesOf(sub)).toEqual([]);
    const ada = await auth.register();
    const { actor } = await auth.signIn(ada);
    expect(await auth.link('closed', { sub }, actor, auth.other)).toMatchObject({ told: 'linked' });
    expect(userIdIn(await auth.comeIn('closed', { sub }, auth.other))).toBe(ada.userId);
  });
});

describe('GET /v1/identity-providers', () => {
  const listed = async (query = '') =>
    ((await auth.ask('GET', `/v1/identity-providers${query}`)).body.items as { id: string }[]).map(({ id }) => id);

  it('shows with an address those of the organization that has proved its domain, whoever has an account', async () => {
    expect(await listed()).toEqual(['configured', 'closed']);
    const { email } = employee();
    expect(await listed(`?email=${email}`)).toEqual(['configured', 'closed', acme.provider]);
    await auth.comeIn(acme.provider, employee());
    for (const one of [email, email.toUpperCase(), `nobody@${acme.domain}`]) {
      expect(await listed(`?email=${one}`)).toEqual(['configured', 'closed', acme.provider]);
    }
    expect(await listed('?email=ada@example.org')).toEqual(['configured', 'closed']);
    expect(await listed(`?email=ada@mail.${acme.domain}`)).toEqual(['configured', 'closed']);
  });

  it('shows none that is switched off, nor of a domain that is not proved any more', async () => {
    const { email } = employee();
    await auth.change(acme, acme.provider, { enabled: false });
    expect(await listed(`?email=${email}`)).toEqual(['configured', 'closed']);
    await auth.change(acme, acme.provider, { enabled: true });
    await auth.connection.sql`update auth.organization_domains set verified_at = null where domain = ${acme.domain}`;
    expect(await listed(`?email=${email}`)).toEqual(['configured', 'closed']);
  });
});
