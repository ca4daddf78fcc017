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

const everywhere = {
  type: 'oidc',
  name: 'Acme',
  issuer: 'https://login.example.com',
  clientId: 'rollcall',
  clientSecret: 'a secret of a client',
};
const at = (organization: OrganizationUnderTest, id = '') =>
  auth.path(organization, `/identity-providers${id && `/${id}`}`);
const add = (organization: OrganizationUnderTest, body: Readonly<Record<string, unknown>>, headers = {}) =>
  auth.ask('POST', at(organization), { actor: organization.admin, body, headers });
/** An admin of an organization, and nothing beside that. */
const foundByAnybody = async (): Promise<OrganizationUnderTest> => {
  const organization = await auth.found();
  const { actor } = await auth.signIn(await auth.register());
  auth.world.organizations.get(organization.id)?.admins.add(actor.userId);
  return { ...organization, admin: actor };
};

describe('POST /v1/organizations/:organizationId/identity-providers', () => {
  it('201: adds one, and shows its secret to nobody', async () => {
    const acme = await foundByAnybody();
    const added = await add(acme, everywhere);
    const { clientSecret: _, ...shown } = everywhere;
    const id = String(added.body.id);
    expect(added).toMatchObject({
      status: 201,
      body: {
        ...shown,
        signUp: true,
        enabled: true,
        callbackUrl: `http://rollcall.test/v1/identities/${id}/callback`,
      },
    });
    const { body } = await auth.ask('GET', at(acme), { actor: acme.admin });
    expect(body.items).toEqual([added.body]);
    expect((await auth.ask('GET', at(acme, id), { actor: acme.admin })).body).toEqual(added.body);
    const rows = await auth.connection.sql`select to_jsonb(p)::text as text from auth.organization_providers p`;
    const told = await auth.eventsAbout(id);
    expect(JSON.stringify([added.body, rows, told])).not.toContain(everywhere.clientSecret);
    expect(told).toMatchObject([
      { type: 'identity_provider.added', data: { organizationId: acme.id, name: 'Acme', enabled: true, signUp: true } },
    ]);
  });

  it('201: knows presets, as configured ones do', async () => {
    const added = await add(await foundByAnybody(), { preset: 'google', clientId: 'a', clientSecret: 'b' });
    expect(added).toMatchObject({ status: 201, body: { preset: 'google', name: 'Google' } });
  });

  it('201: adds one for however many requests with the same key', async () => {
    const acme = await foundByAnybody();
    const headers = { 'idempotency-key': 'once' };
    const first = await add(acme, everywhere, headers);
    expect((await add(acme, everywhere, headers)).body).toEqual(first.body);
    expect((await auth.ask('GET', at(acme), { actor: acme.admin })).body.items).toHaveLength(1);
  });

  it('400: names all that is missing', async () => {
    const acme = await foundByAnybody();
    const missing = async (body: Readonly<Record<string, unknown>>) =>
      ((await add(acme, { clientSecret: 'x', ...body })).body.errors as { pointer: string }[]).map(
        ({ pointer }) => pointer,
      );
    expect(await missing({ type: 'oidc' })).toEqual(['/body/clientId', '/body/issuer']);
    expect(await missing({ preset: 'apple', clientId: 'a' })).toEqual(['/body/teamId', '/body/keyId']);
    expect(await missing({ type: 'oauth2', clientId: 'a' })).toEqual([
      '/body/userinfoUrl',
      '/body/authorizationUrl',
      '/body/tokenUrl',
    ]);
  });

  it.each([
    'http://login.example.com',
    'https://127.0.0.1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706433/',
    'https://localhost/',
    'https://a.localhost/',
    'https://metadata/',
    'https://user:password@login.example.com/',
  ])('400: %s is no place to send people or secrets to (N41)', async (issuer) => {
    const acme = await foundByAnybody();
    expect(await add(acme, { ...everywhere, issuer })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/issuer', detail: 'must be an https address of the public Internet' }] },
    });
    const oauth2 = { ...everywhere, type: 'oauth2', issuer: undefined, authorizationUrl: issuer, userinfoUrl: issuer };
    expect((await add(acme, { ...oauth2, tokenUrl: 'https://login.example.com' })).body.errors).toMatchObject([
      { pointer: '/body/authorizationUrl' },
      { pointer: '/body/userinfoUrl' },
    ]);
  });

  it('400: what is private, and named by the operator, is for who manages all applications', async () => {
    const acme = await auth.found();
    const anybody = await foundByAnybody();
    expect(await add(anybody, { ...everywhere, issuer: auth.idp.url })).toMatchObject({ status: 400 });
    expect(await add(acme, { ...everywhere, issuer: auth.idp.url })).toMatchObject({ status: 201 });
    expect(await add(acme, { ...everywhere, issuer: 'http://127.0.0.1:1' })).toMatchObject({ status: 400 });
  });

  it('401: needs a recent sign-in', async () => {
    const acme = await foundByAnybody();
    const stale = { ...acme, admin: { ...acme.admin, authenticatedAt: acme.admin.authenticatedAt - 3_600 } };
    expect(await add(stale, everywhere)).toMatchObject({ status: 401, body: { code: 'reauthentication_required' } });
  });

  it('409: has a limit, also where two are added at once', async () => {
    const acme = await foundByAnybody();
    for (let n = 0; n < 19; n++) await add(acme, everywhere);
    const last = await Promise.all([add(acme, everywhere), add(acme, everywhere)]);
    expect(last.map(({ status, body }) => body.code ?? status).sort()).toEqual([201, 'too_many_providers'].sort());
  });
});

describe('PATCH /v1/organizations/:organizationId/identity-providers/:providerId', () => {
  it('200: changes what does not say whose word it is', async () => {
    const acme = await foundByAnybody();
    const id = String((await add(acme, everywhere)).body.id);
    const body = { name: 'Another', clientId: 'another', clientSecret: 'another', signUp: false, enabled: false };
    const { clientSecret: _, ...shown } = body;
    expect(await auth.change(acme, id, body)).toMatchObject({
      status: 200,
      body: { ...shown, issuer: everywhere.issuer },
    });
    expect((await auth.eventsAbout(id)).at(-1)).toMatchObject({
      type: 'identity_provider.changed',
      data: { name: 'Another', enabled: false, signUp: false, secretChanged: true },
    });
  });

  it.each(['issuer', 'authorizationUrl', 'tokenUrl', 'userinfoUrl'])(
    '400: %s stays, for whoever could change it would be everybody who has linked',
    async (name) => {
      const acme = await auth.found();
      const id = await auth.addProvider(acme);
      for (const value of ['https://evil.example.com', 'http://127.0.0.1:1']) {
        expect(await auth.change(acme, id, { [name]: value })).toMatchObject({ status: 400 });
      }
      const { body } = await auth.ask('GET', at(acme, id), { actor: acme.admin });
      expect(body).toMatchObject({ issuer: auth.idp.url });
    },
  );

  it('401: needs a recent sign-in', async () => {
    const acme = await foundByAnybody();
    const id = String((await add(acme, everywhere)).body.id);
    const stale = { ...acme, admin: { ...acme.admin, authenticatedAt: acme.admin.authenticatedAt - 3_600 } };
    expect(await auth.change(stale, id, { clientId: 'x' })).toMatchObject({ status: 401 });
  });
});

describe('a provider of another organization', () => {
  it('404: is not there for the admins of this one', async () => {
    const [acme, other] = [await foundByAnybody(), await foundByAnybody()];
    const id = String((await add(acme, everywhere)).body.id);
    const calls = [
      ['GET', at(other, id)],
      ['PATCH', at(other, id), { enabled: false }],
      ['DELETE', at(other, id)],
      ['GET', at(acme, id)],
      ['PATCH', at(acme, id), { enabled: false }],
      ['DELETE', at(acme, id)],
      ['POST', at(acme), everywhere],
    ] as const;
    for (const [method, path, body] of calls) {
      const refused = await auth.ask(method, path, { actor: other.admin, ...(body ? { body } : {}) });
      expect([method, refused.status, refused.body.code]).toEqual([method, 404, 'not_found']);
    }
    expect(await auth.ask('GET', at(acme, id), { actor: acme.admin })).toMatchObject({ body: { enabled: true } });
  });
});

describe('DELETE /v1/organizations/:organizationId/identity-providers/:providerId', () => {
  it('200: removes it, once', async () => {
    const acme = await foundByAnybody();
    const id = String((await add(acme, everywhere)).body.id);
    const remove = () => auth.ask('DELETE', at(acme, id), { actor: acme.admin });
    expect(await remove()).toMatchObject({ status: 200, body: { removed: true } });
    expect(await remove()).toMatchObject({ status: 404 });
    expect((await auth.eventsAbout(id)).at(-1)).toMatchObject({ type: 'identity_provider.removed' });
  });
});
