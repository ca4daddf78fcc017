import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthWithOrganizations,
  type OrganizationUnderTest,
  startAuthWithOrganizations,
} from '../testing/auth-with-organizations.ts';

let auth: AuthWithOrganizations;
beforeAll(async () => {
  auth = await startAuthWithOrganizations();
});
afterAll(() => auth.stop());

const claim = (organization: OrganizationUnderTest, domain = organization.domain) =>
  auth.ask('POST', auth.path(organization, '/domains'), { actor: organization.admin, body: { domain } });
const verify = (organization: OrganizationUnderTest, domain = organization.domain) =>
  auth.ask('POST', auth.path(organization, `/domains/${domain}/verify`), { actor: organization.admin });
const remove = (organization: OrganizationUnderTest, domain = organization.domain) =>
  auth.ask('DELETE', auth.path(organization, `/domains/${domain}`), { actor: organization.admin });
const list = async (organization: OrganizationUnderTest) =>
  (await auth.ask('GET', auth.path(organization, '/domains'), { actor: organization.admin })).body.items as {
    domain: string;
    verified: boolean;
  }[];
const recordOf = async (organization: OrganizationUnderTest, domain?: string) =>
  (await claim(organization, domain)).body.record as { name: string; value: string };

describe('POST /v1/organizations/:organizationId/domains', () => {
  it('201: says which record to publish, the same however often it is asked', async () => {
    const acme = await auth.found();
    const first = await claim(acme, acme.domain.toUpperCase());
    expect(first).toMatchObject({
      status: 201,
      body: {
        domain: acme.domain,
        verified: false,
        verifiedAt: null,
        record: {
          type: 'TXT',
          name: `_rollcall-challenge.${acme.domain}`,
          value: expect.stringMatching(/^rollcall-domain-verification=[\w-]{32}$/),
        },
      },
    });
    expect((await claim(acme)).body).toEqual(first.body);
    expect(await list(acme)).toEqual([first.body]);
  });

  it.each(['com', 'co.uk', 'github.io', 'localhost', '192.0.2.1', 'a b.com'])(
    '400: %s is nobody’s own',
    async (domain) => {
      const refused = await claim(await auth.found(), domain);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/domain' }] } });
    },
  );

  it('409: has a limit, also where two are claimed at once', async () => {
    const acme = await auth.found();
    for (let n = 0; n < 49; n++) await claim(acme, `sub${n}.${acme.domain}`);
    const last = await Promise.all([claim(acme), claim(acme, `another.${acme.domain}`)]);
    expect(last.map(({ status, body }) => body.code ?? status).sort()).toEqual([201, 'too_many_domains'].sort());
  });
});

describe('POST /v1/organizations/:organizationId/domains/:domain/verify', () => {
  it('200: counts once the record is there, beside whatever else is', async () => {
    const acme = await auth.found();
    const { name, value } = await recordOf(acme);
    auth.dns.publish(name, 'something else', value);
    expect(await verify(acme)).toMatchObject({ status: 200, body: { verified: true, missingSince: null } });
    expect(await verify(acme)).toMatchObject({ status: 200, body: { verified: true } });
    const [{ id } = { id: '' }] = await auth.connection.sql<{ id: string }[]>`
      select id from auth.organization_domains where domain = ${acme.domain}`;
    expect((await auth.eventsAbout(id)).map(({ type }) => type)).toEqual(['domain.claimed', 'domain.verified']);
  });

  it('409: says what is missing', async () => {
    const acme = await auth.found();
    const { name, value } = await recordOf(acme);
    const none = await verify(acme);
    expect(none).toMatchObject({ status: 409, body: { code: 'domain_not_proved' } });
    expect(none.body.detail).toBe(`There is no TXT record at ${name}.`);
    auth.dns.publish(name, 'rollcall-domain-verification=of somebody else');
    const another = await verify(acme);
    expect(another.body.detail).toBe(`Of the TXT records at ${name}, 1 in all, none is ${value}`);
    expect(await list(acme)).toMatchObject([{ verified: false }]);
  });

  it('503: says nothing of a domain whose name servers fail, and takes nothing from one that is verified', async () => {
    const acme = await auth.found();
    const { name } = await auth.prove(acme);
    auth.dns.fail(name);
    expect(await verify(acme)).toMatchObject({ status: 503, body: { code: 'resolver_unavailable' } });
    expect(await list(acme)).toMatchObject([{ verified: true }]);
  });

  it('404: is nothing for who lets go of it while it is looked up, nor for a claim made anew meanwhile (N40)', async () => {
    const acme = await auth.found();
    const { name, value } = await recordOf(acme);
    auth.dns.publish(name, value);
    auth.dns.onceAsked(name, async () => {
      await remove(acme);
      await claim(acme);
    });
    expect(await verify(acme)).toMatchObject({ status: 404 });
    expect(await list(acme)).toMatchObject([{ domain: acme.domain, verified: false }]);
  });

  it('409: is for one organization at a time, of however many that ask at once', async () => {
    const all = await Promise.all([auth.found(), auth.found(), auth.found()]);
    const { domain } = all[0];
    const records = await Promise.all(all.map((one) => recordOf(one, domain)));
    auth.dns.publish(records[0]?.name ?? '', ...records.map(({ value }) => value));
    const answers = await Promise.all(all.map((one) => verify(one, domain)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('domain_taken');
  });

  it('200: goes to the organization whose record is there from the one whose record is gone', async () => {
    const [acme, heir] = await Promise.all([auth.found(), auth.found()]);
    await auth.prove(acme);
    const { name, value } = await recordOf(heir, acme.domain);
    auth.dns.publish(name, value);
    expect(await verify(heir, acme.domain)).toMatchObject({ status: 200 });
    expect(await list(acme)).toMatchObject([{ verified: false }]);
  });

  it('404: is for domains that the organization has claimed', async () => {
    expect(await verify(await auth.found())).toMatchObject({ status: 404 });
  });
});

describe('DELETE /v1/organizations/:organizationId/domains/:domain', () => {
  it('200: ends it, and gives the domain to whoever proves it', async () => {
    const [acme, heir] = await Promise.all([auth.found(), auth.found()]);
    const { name, value } = await auth.prove(acme);
    expect(await remove(acme)).toMatchObject({ status: 200 });
    expect(await remove(acme)).toMatchObject({ status: 404 });
    expect(await list(acme)).toEqual([]);
    auth.dns.publish(name, value, (await recordOf(heir, acme.domain)).value);
    expect(await verify(heir, acme.domain)).toMatchObject({ status: 200 });
  });
});

describe('whoever is no admin of the organization', () => {
  it('403 as a member, 404 otherwise, as where there is none; 200 who manages all applications', async () => {
    const acme = await auth.found();
    await auth.prove(acme);
    const [ben, eve, operator] = [await auth.register(), await auth.register(), await auth.register()];
    auth.world.organizations.get(acme.id)?.members.add(ben.userId);
    auth.grant(operator, 'clients.manage');
    const calls = [
      ['GET', '/domains'],
      ['POST', '/domains', { domain: 'example.org' }],
      ['POST', `/domains/${acme.domain}/verify`],
      ['DELETE', `/domains/${acme.domain}`],
    ] as const;
    const as = async (person: typeof ben, organization: OrganizationUnderTest) => {
      const { actor } = await auth.signIn(person);
      const answers = [];
      for (const [method, rest, body] of calls) {
        const answer = await auth.ask(method, auth.path(organization, rest), { actor, ...(body ? { body } : {}) });
        answers.push([answer.status, answer.body.code]);
      }
      return answers;
    };
    const nowhere = { ...acme, id: '01890000-0000-7000-8000-000000000000' };
    expect(await as(ben, acme)).toEqual(Array(4).fill([403, 'forbidden']));
    expect(await as(eve, acme)).toEqual(Array(4).fill([404, 'not_found']));
    expect(await as(eve, acme)).toEqual(await as(operator, nowhere));
    expect((await as(operator, acme)).map(([status]) => status)).toEqual([200, 201, 200, 200]);
  });
});
