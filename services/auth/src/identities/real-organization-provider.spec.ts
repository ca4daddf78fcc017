import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthWithOrganizations,
  type OrganizationUnderTest,
  startAuthWithOrganizations,
} from '../testing/auth-with-organizations.ts';
import { actorOf } from '../testing/people.ts';
import { clientSecret, startRealProvider } from '../testing/real-provider.ts';

let idp: Awaited<ReturnType<typeof startRealProvider>>;
let auth: AuthWithOrganizations;
let acme: OrganizationUnderTest;
let provider: string;

beforeAll(async () => {
  idp = await startRealProvider(async (url) => {
    auth = await startAuthWithOrganizations(new URL(url).host);
    acme = await auth.found();
    await auth.prove(acme);
    provider = await auth.addProvider(acme, { issuer: url, clientSecret, clientAuth: 'basic' });
    const path = auth.path(acme, `/identity-providers/${provider}`);
    return String((await auth.ask('GET', path, { actor: acme.admin })).body.callbackUrl);
  });
});
afterAll(async () => {
  await auth.stop();
  await idp.close();
});

const comeInAs = async (account: string, verified = true) => {
  const browser = auth.browser();
  return browser.comeBack(provider, await idp.agree(await browser.begin(provider), account, verified));
};

describe('an OpenID provider that somebody else wrote, of an organization', () => {
  it('lets in who has an address of the organization’s domain, as a member, and comes back to the same account', async () => {
    const back = await comeInAs(`ada@${acme.domain}`);
    expect(auth.membersOf(acme)).toEqual([actorOf(back.accessToken).userId]);
    expect(actorOf((await comeInAs(`ada@${acme.domain}`)).accessToken).userId).toBe(auth.membersOf(acme)[0]);
  });

  it('lets in nobody with another address, or with one that it does not vouch for', async () => {
    expect(await comeInAs('eve@example.org')).toMatchObject({ error: 'email_outside_domains', accessToken: undefined });
    expect(await comeInAs(`ben@${acme.domain}`, false)).toMatchObject({ error: 'email_not_verified' });
  });

  it('lets in nobody by a code that was meant for another redirect address', async () => {
    const twin = await auth.addProvider(acme, { issuer: idp.url, clientSecret, clientAuth: 'basic' });
    const [here, there] = [auth.browser(), auth.browser()];
    const stolen = await idp.agree(await here.begin(provider), `ada@${acme.domain}`);
    const own = await there.begin(twin);
    const mixed = { ...stolen, state: own.searchParams.get('state') ?? '' };
    expect(await there.comeBack(twin, mixed)).toMatchObject({ error: 'provider_refused', accessToken: undefined });
  });
});
