import { timingSafeEqual } from 'node:crypto';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { readCookie } from '@rollcall/types/cookies';
import { decodeJwt } from 'jose';
import type { Interaction, Provider } from 'oidc-provider';
import { z } from 'zod';
import { assuranceOf, wantedAssurances } from '../factors/assurance.ts';
import type { Ports } from '../ports.ts';
import { hasSecondFactor } from '../store/second-factors.ts';
import type { SignedIn } from '../store/signed-in.ts';
import { oauthCookies } from './cookies.ts';

const same = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/**
 * An authorization that waits for its person. It belongs to the browser that it was begun in: without the cookie that was
 * set there it is not there (FAULTS N21).
 */
export const findInteraction = async (
  provider: Provider,
  uid: string,
  { headers }: CallContext,
): Promise<Interaction | undefined> => {
  const held = readCookie(headers.get('cookie'), oauthCookies.interaction);
  if (held === undefined || !same(held, uid)) return undefined;
  return provider.Interaction.find(uid);
};

/** Whoever registers an application can call it anything; where its answers go is its own. */
export const answersTo = ({ params }: Interaction): string | null => {
  if (typeof params.redirect_uri !== 'string') return null;
  const { host, protocol } = new URL(params.redirect_uri);
  return host || protocol;
};

const wanted = z.object({
  max_age: z.coerce.number().optional(),
  acr_values: z.string().optional(),
  id_token_hint: z.string().optional(),
});

/** Would the present sign-in do? Otherwise the person has to prove once more who they are. */
export const isEnough = async (
  { connection }: Pick<Ports, 'connection'>,
  { prompt, params, iat }: Interaction,
  who: SignedIn,
): Promise<boolean> => {
  const { max_age: maxAge, acr_values: acrValues, id_token_hint: hint } = wanted.parse(params);
  const signedInAt = Math.floor(who.authenticatedAt.getTime() / 1_000);
  const asked = (reason: string): boolean => prompt.reasons.includes(reason);
  if (asked('login_prompt') && signedInAt < (iat ?? 0)) return false;
  if (asked('max_age') && maxAge !== undefined && Date.now() / 1_000 - signedInAt > maxAge) return false;
  // The provider has verified the hint before it came to this.
  if (asked('id_token_hint') && hint !== undefined && decodeJwt(hint).sub !== who.userId) return false;
  if (!asked('acr_values') || wantedAssurances(acrValues).includes(assuranceOf(who.methods))) return true;
  // A wish, and no condition (OpenID Connect Core section 3.1.2.1): who has no second factor goes on without.
  return !(await hasSecondFactor(connection.db, who.userId));
};

const missing = z.object({
  missingOIDCScope: z.array(z.string()).optional(),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).optional(),
});

/** What the application asks for and has not been given yet. */
export const missingOf = ({ prompt }: Interaction) => {
  const { missingOIDCScope: openid = [], missingResourceScopes: resources = {} } = missing.parse(prompt.details);
  return { openid, resources };
};

/** What a person is told that it asks for: what is new to them, or all of it where nothing is. */
export const scopesToShow = (interaction: Interaction): readonly string[] => {
  const { openid, resources } = missingOf(interaction);
  const news = [...new Set([...openid, ...Object.values(resources).flat()])];
  if (news.length > 0) return news;
  const { scope } = interaction.params;
  return typeof scope === 'string' ? scope.split(' ') : [];
};
