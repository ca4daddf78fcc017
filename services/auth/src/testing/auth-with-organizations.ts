import { randomBytes } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { startNameServer } from '@rollcall/testing/name-server';
import { type AuthUnderTest, startAuthUnderTest } from './auth-under-test.ts';
import { type Browser, createBrowser } from './identity-browser.ts';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts';

export interface OrganizationUnderTest {
  readonly id: string;
  readonly admin: Actor;
  readonly domain: string;
}

type Claims = Readonly<Record<string, unknown>>;

/** Auth with organizations that have domains and providers of their own, at name servers and providers that do as they are told. */
export const startAuthWithOrganizations = async (...moreHosts: readonly string[]) => {
  const [idp, other, dns] = [await startScriptedProvider(), await startScriptedProvider(), await startNameServer()];
  const configured = { id: 'configured', type: 'oidc', issuer: idp.url, clientId: 'rollcall' };
  const auth = await startAuthUnderTest({
    environment: {
      IDENTITY_PROVIDERS: JSON.stringify([
        configured,
        { ...configured, id: 'closed', issuer: other.url, signUp: false },
      ]),
      IDENTITY_PROVIDER_SECRETS: JSON.stringify({ configured: 'a secret', closed: 'another' }),
      OUTGOING_PRIVATE_HOSTS: [idp.host, other.host, ...moreHosts].join(),
      DNS_SERVERS: dns.address,
    },
  });
  const browser = () => createBrowser(auth.ask);
  const path = ({ id }: OrganizationUnderTest, rest = '') => `/v1/organizations/${id}${rest}`;

  /** Publishes the record of a claim, and has it looked up. */
  const prove = async (organization: OrganizationUnderTest, domain = organization.domain) => {
    const { admin: actor } = organization;
    const claimed = await auth.ask('POST', path(organization, '/domains'), { actor, body: { domain } });
    const { name, value } = claimed.body.record as { name: string; value: string };
    dns.publish(name, value);
    const verified = await auth.ask('POST', path(organization, `/domains/${domain}/verify`), { actor });
    if (verified.status !== 200) throw new Error(`${domain} was not verified: ${JSON.stringify(verified.body)}`);
    return { name, value };
  };

  /** Somebody with an organization, who may add providers on loopback because they manage all applications. */
  const found = async (seats = 100): Promise<OrganizationUnderTest> => {
    const person = await auth.register();
    const { actor: admin } = await auth.signIn(person);
    const id = newId();
    auth.world.organizations.set(id, { admins: new Set([admin.userId]), members: new Set(), kept: new Set(), seats });
    auth.grant(person, 'clients.manage');
    return { id, admin, domain: `acme-${randomBytes(5).toString('hex')}.example.com` };
  };

  const addProvider = async (
    organization: OrganizationUnderTest,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> => {
    const body = { type: 'oidc', name: 'Acme', issuer: idp.url, clientId: 'rollcall', clientSecret: 'sealed', ...more };
    const added = await auth.ask('POST', path(organization, '/identity-providers'), {
      actor: organization.admin,
      body,
    });
    if (added.status !== 201) throw new Error(`no provider: ${added.status} ${JSON.stringify(added.body)}`);
    return String(added.body.id);
  };

  return {
    ...auth,
    idp,
    other,
    dns,
    browser,
    path,
    prove,
    found,
    addProvider,
    /** An organization with a verified domain and a provider. */
    foundWithProvider: async (more: Readonly<Record<string, unknown>> = {}, seats?: number) => {
      const organization = await found(seats);
      const record = await prove(organization);
      return { ...organization, record, provider: await addProvider(organization, more) };
    },
    change: ({ admin: actor, ...organization }: OrganizationUnderTest, provider: string, body: unknown) =>
      auth.ask('PATCH', path({ admin: actor, ...organization }, `/identity-providers/${provider}`), { actor, body }),
    membersOf: ({ id }: OrganizationUnderTest) => [...(auth.world.organizations.get(id)?.members ?? [])],
    /** Comes in by a provider, as far as that goes. */
    comeIn: async (provider: string, claims: Claims, at: ScriptedProvider = idp, own: Browser = browser()) =>
      own.comeBack(provider, at.agree(await own.begin(provider), claims)),
    link: async (provider: string, claims: Claims, actor: Actor, at: ScriptedProvider = idp) => {
      const own = browser();
      return own.comeBack(provider, at.agree(await own.begin(provider, { purpose: 'link' }, actor), claims));
    },
    stop: async () => {
      await auth.stop();
      await Promise.all([idp.close(), other.close(), dns.close()]);
    },
  };
};

export type AuthWithOrganizations = Omit<AuthUnderTest, 'stop'> &
  Awaited<ReturnType<typeof startAuthWithOrganizations>>;
