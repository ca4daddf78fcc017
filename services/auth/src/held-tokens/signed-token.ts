import type { HopContext } from '@rollcall/service-kit/actor';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { firstPartyClient } from '@rollcall/types/first-party';
import { userId } from '@rollcall/types/ids';
import { isRefusal } from '@rollcall/types/problems';
import { checkAuthority } from '@rollcall/types/routes/role-permission/internal';
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { signedInWell } from '../factors/second-factor-policy.ts';
import { findLiveClient, findSupport, footing, footingClaim } from '../oauth/footing.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { isRevoked } from '../store/revocations.ts';
import { findSignedIn } from '../store/signed-in.ts';
import type { HeldToken } from './held-token.ts';
import { endSession } from './session.ts';

/** What all that we sign as an access token says (RFC 9068). */
const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  client_id: z.string(),
  scope: z.string().optional(),
  exp: z.int(),
  iat: z.int(),
  jti: z.string(),
  sid: z.string().optional(),
  auth_time: z.int().optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  act: z.looseObject({ sub: z.string(), sid: z.uuid().optional() }).optional(),
  cnf: z.object({ jkt: z.string() }).optional(),
  [footingClaim]: footing.optional(),
});
export type SignedClaims = z.output<typeof claims>;

export const findSigned = async (ports: Ports, token: string): Promise<HeldToken | undefined> => {
  const signed = await verifySigned(ports, token);
  if (!signed) return undefined;
  return signed.client_id === firstPartyClient ? ofSession(ports, signed) : ofApplication(ports, signed);
};

/** What one that we signed says, as long as its own time has not run out. */
export const verifySigned = async (
  { config, keys }: Pick<Ports, 'config' | 'keys'>,
  token: string,
): Promise<SignedClaims | undefined> => {
  const keySet = createLocalJWKSet({ keys: await keys.published() });
  const payload = await jwtVerify(token, keySet, { issuer: config.issuer, algorithms: ['ES256'], typ: 'at+jwt' }).then(
    (verified): JWTPayload | undefined => verified.payload,
    (error: unknown) => {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    },
  );
  return claims.safeParse(payload).data;
};

const said = ({ [footingClaim]: _, ...told }: SignedClaims): HeldToken['said'] => ({
  token_kind: 'access_token',
  token_type: told.cnf ? 'DPoP' : 'Bearer',
  ...told,
});

const ofSession = async (ports: Ports, signed: SignedClaims): Promise<HeldToken | undefined> => {
  const { config, connection } = ports;
  const { success, data: sid } = z.uuid().safeParse(signed.sid);
  if (!success || signed.aud !== config.issuer) return undefined;
  const who = await findSignedIn(connection.db, config.sessionIdleMilliseconds, sid);
  if (who?.userId !== signed.sub) return undefined;
  const isGood = async (hop: HopContext): Promise<boolean> =>
    (await signedInWell(ports, who, hop)) !== undefined && (await mayStillLook(ports, signed, hop));
  return { said: said(signed), isGood, end: endSession(ports, who) };
};

/** Whoever looks at an account as its owner sees it does so for as long as they are signed in themselves, and may. */
const mayStillLook = async (ports: Ports, { sub, act }: SignedClaims, hop: HopContext): Promise<boolean> => {
  if (act?.sid === undefined) return true;
  const { client, config, connection } = ports;
  if (!(await findSignedIn(connection.db, config.sessionIdleMilliseconds, act.sid))) return false;
  if (!(await ports.checkPermission(act.sub, 'users.impersonate', hop))) return false;
  const body = { actor: userId.parse(act.sub), userId: userId.parse(sub) };
  const checked = await client.call(checkAuthority, { body, context: hop });
  if (isRefusal(checked)) throw new ServiceUnavailableError('role-permission', checked.refused);
  return checked.body.mayRule && checked.body.mayActAs;
};

/** What an application has for another API: kept nowhere, so that it only ends for those who ask. */
const ofApplication = (ports: Ports, signed: SignedClaims): HeldToken => {
  return {
    said: said(signed),
    isGood: (hop) => standsStill(ports, signed, hop),
    // Given back once more, it is over already.
    end: async (tx) => ((await isRevoked(tx, tokenOf(signed))) ? [] : revokeTokens(ports.config, tx, [], [signed.jti])),
  };
};

const tokenOf = ({ jti }: SignedClaims) => ({ kind: 'token', value: jti }) as const;

const actor = z.object({ sub: z.string(), act: z.unknown().optional() });

/** Who acts in the name of its person, and who did before (RFC 8693 section 4.1). */
export const actorsOf = ({ act }: SignedClaims): readonly string[] => {
  const subs: string[] = [];
  for (let at = actor.safeParse(act).data; at; at = actor.safeParse(at.act).data) subs.push(at.sub);
  return subs;
};

/** Has nothing been taken back of all that it was issued for? */
export const standsStill = async (
  ports: Ports,
  signed: SignedClaims,
  hop: HopContext | undefined,
): Promise<boolean> => {
  const client = await findLiveClient(ports, signed.client_id);
  const scopes: readonly string[] = client?.settings.scopes ?? [];
  const asked = signed.scope?.split(' ') ?? [];
  if (!client?.settings.resources.includes(signed.aud) || !asked.every((scope) => scopes.includes(scope))) return false;
  if (await isRevoked(ports.connection.db, tokenOf(signed))) return false;
  // An application that speaks for itself stands on itself.
  if (signed.sub === client.id) return true;
  const base = signed[footingClaim];
  const whose = { accountId: signed.sub, clientId: client.id, through: actorsOf(signed), scopes: asked };
  return base !== undefined && (await findSupport(ports, whose, base, hop)) !== undefined;
};
