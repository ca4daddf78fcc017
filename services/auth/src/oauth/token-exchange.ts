import { newId } from '@rollcall/service-kit/identity';
import { clientGrantTypes } from '@rollcall/types/routes/auth/oauth-clients';
import { SignJWT } from 'jose';
import type Provider from 'oidc-provider';
import { type Client, errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { actorsOf, type SignedClaims, standsStill, verifySigned } from '../held-tokens/signed-token.ts';
import type { Ports } from '../ports.ts';
import { currentHop } from './current-request.ts';
import { footingClaim } from './footing.ts';
import { createResourceFinder, listOf } from './resources.ts';

const grantType = clientGrantTypes[4];
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const taken: ReadonlySet<unknown> = new Set([accessToken, 'urn:ietf:params:oauth:token-type:jwt']);

/** One that goes in a circle would get too long to be asked about. */
const mostExchanges = 8;

const names = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
] as const;
type Parameters = Partial<Record<(typeof names)[number], string>>;
type Context = TokenEndpointGrantContext<Parameters>;

/**
 * Token exchange (RFC 8693): an API that was given a token gets one for the next API, in the name of the same person. What it
 * gets is worth no more, lives no longer, and stands on the very same grant; `act` says who came between.
 */
export const offerTokenExchange = (ports: Ports, provider: Provider): void => {
  sayWhoMayNot(provider);
  provider.registerGrantType<Parameters>(
    grantType,
    async (ctx) => {
      judgeForm(ctx);
      const subject = await findSubject(ports, ctx);
      const audience = await findTarget(ports, ctx);
      const scope = narrow(ctx, subject, audience.scope);
      ctx.body = await issue(ports, ctx, subject, { audience: audience.name, scope });
    },
    names,
  );
};

/** The provider takes it for a mistake in the request; RFC 6749 section 5.2 has a name for it. */
const sayWhoMayNot = ({ Client: { prototype } }: Provider): void => {
  const { grantTypeAllowed } = prototype;
  prototype.grantTypeAllowed = function judge(this: Client, type: string): boolean {
    const allowed = grantTypeAllowed.call(this, type);
    if (type === grantType && !allowed) throw new errors.UnauthorizedClient('the client may not exchange tokens');
    return allowed;
  };
};

const judgeForm = (ctx: Context): void => {
  const { params } = ctx.oidc;
  const wrong = (reason: string): never => {
    throw new errors.InvalidRequest(reason);
  };
  if (!params.subject_token) wrong('subject_token is missing');
  if (!taken.has(params.subject_token_type)) wrong('subject_token_type must be that of an access token or a JWT');
  if (params.actor_token !== undefined || params.actor_token_type !== undefined) {
    wrong('actor_token is not taken: the client itself is who acts');
  }
  if (params.requested_token_type !== undefined && params.requested_token_type !== accessToken) {
    wrong('requested_token_type must be that of an access token');
  }
  if (ctx.get('dpop') !== '') wrong('tokens that are exchanged are bound to no key');
};

/** Why it is not good is nothing to somebody who may have found it (RFC 8693 section 2.2.2 names the error). */
const findSubject = async (ports: Ports, { oidc }: Context): Promise<SignedClaims> => {
  const subject = await verifySigned(ports, oidc.params.subject_token ?? '');
  const isOfSomebody = subject?.[footingClaim] !== undefined;
  if (
    !subject ||
    !isOfSomebody ||
    !listOf(oidc.client.serves).includes(subject.aud) ||
    !(await standsStill(ports, subject, currentHop()))
  ) {
    throw new errors.InvalidRequest('subject_token is not good here');
  }
  if (actorsOf(subject).length >= mostExchanges) {
    throw new errors.InvalidRequest('subject_token has been exchanged too often');
  }
  return subject;
};

/** For our own routes there is none: what people let act there they have let in themselves. */
const findTarget = async (ports: Ports, ctx: Context) => {
  const { resource, audience = resource } = ctx.oidc.params;
  const name = resource ?? audience;
  if (name === undefined) throw new errors.InvalidRequest('resource is missing');
  if (name !== audience || name === ports.config.issuer) throw new errors.InvalidTarget();
  const { scope } = await createResourceFinder(ports.config)(ctx, name, ctx.oidc.client);
  return { name, scope: scope.split(' ') };
};

const narrow = ({ oidc }: Context, { scope = '' }: SignedClaims, there: readonly string[]): readonly string[] => {
  const held = scope.split(' ').filter((one) => there.includes(one) && one !== '');
  const asked = oidc.params.scope?.split(' ') ?? held;
  const beyond = asked.filter((one) => !held.includes(one));
  if (beyond.length > 0) throw new errors.InvalidScope('the subject token is not good for that', beyond.join(' '));
  return asked;
};

const issue = async (
  { config, keys }: Ports,
  { oidc }: Context,
  { iss, sub, sid, auth_time, acr, amr, act, exp, [footingClaim]: base }: SignedClaims,
  { audience, scope }: { readonly audience: string; readonly scope: readonly string[] },
) => {
  const { clientId } = oidc.client;
  const key = await keys.current();
  const now = Math.floor(Date.now() / 1_000);
  const end = Math.min(exp, now + config.accessTokenLifetimeMilliseconds / 1_000);
  const scopes = scope.length > 0 ? { scope: scope.join(' ') } : {};
  const token = await new SignJWT({
    ...{ sid, auth_time, acr, amr, client_id: clientId, ...scopes, [footingClaim]: base },
    // Whoever came before stands within (RFC 8693 section 4.1).
    act: { sub: clientId, ...(act ? { act } : {}) },
  })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: 'at+jwt' })
    .setIssuer(iss)
    .setAudience(audience)
    .setSubject(sub)
    .setJti(newId())
    .setIssuedAt(now)
    .setExpirationTime(end)
    .sign(key.privateKey);
  return {
    access_token: token,
    issued_token_type: accessToken,
    token_type: 'Bearer',
    expires_in: end - now,
    ...scopes,
  };
};
