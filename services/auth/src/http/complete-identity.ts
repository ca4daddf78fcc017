import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { isOutage } from '@rollcall/service-kit/failures';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { cookieNames } from '@rollcall/types/cookies';
import { isRefusal, type ProblemCode, type Refusal, refuse } from '@rollcall/types/problems';
import { completeIdentity } from '@rollcall/types/routes/auth/identities';
import type { Config } from '../config.ts';
import { admissionBy, admit, keepSeatFor } from '../identities/admission.ts';
import { identify, type ProvidersAnswer } from '../identities/identify.ts';
import { type Linker, linkIdentity } from '../identities/link-identity.ts';
import { asFarAsItCounts } from '../identities/organization-provider.ts';
import { type Identified, isFault, type RedirectProvider } from '../identities/provider.ts';
import { callbackOf, redirectProvider } from '../identities/redirect-provider.ts';
import { ownAddress } from '../identities/return-to.ts';
import { signInByIdentity } from '../identities/sign-in-by-identity.ts';
import type { Ports } from '../ports.ts';
import { endFormerSession } from '../sessions/browser-session.ts';
import { isChallenge } from '../sessions/pending-sign-in.ts';
import { type IdentitySignIn, useIdentitySignIn } from '../store/identity-sign-ins.ts';
import { cookie, tokenAnswer } from '../tokens/token-answer.ts';
import { browserOf } from './begin-identity.ts';

export const handleCompleteIdentity = (ports: Ports) =>
  handle(completeIdentity, async ({ params, query }, context) => {
    const provider = await redirectProvider(ports, params.provider);
    if (!provider) return refuse('not_found');
    const begun = await findBegun(ports, provider, query, context);
    if (!begun) return goOn(ports.config, '/', { identity_error: 'sign_in_expired' });
    const outcome = await complete(ports, provider, begun, query, context).catch((error: unknown) => {
      // A browser is shown a page, and no problem document.
      if (!isOutage(error)) throw error;
      context.log.warn({ err: error }, 'a sign-in by a provider was broken off');
      return refuse('unavailable');
    });
    if (!isRefusal(outcome)) return goOn(ports.config, begun.returnTo, outcome.told, outcome.cookies);
    return goOn(ports.config, begun.returnTo, { identity_error: outcome.refused });
  });

const findBegun = async (
  { config, connection }: Ports,
  { id }: RedirectProvider,
  { state }: ProvidersAnswer,
  { headers }: CallContext,
): Promise<IdentitySignIn | undefined> => {
  const browser = browserOf(config.secureCookies, headers);
  if (state === undefined || browser === undefined) return undefined;
  const presented = { stateDigest: digestOf(state), authType: id, browserDigest: digestOf(browser) };
  return useIdentitySignIn(connection.db, presented);
};

interface Completed {
  /** What the page is told in its address: never anything that opens a door. */
  readonly told: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

const complete = async (
  ports: Ports,
  provider: RedirectProvider,
  begun: IdentitySignIn,
  presented: ProvidersAnswer,
  context: CallContext,
): Promise<Completed | Refusal> => {
  const { config, providerClients, checksSeal } = ports;
  const { userId, sessionId } = begun;
  // Somebody else has signed in here since.
  if (userId !== null && context.actor && context.actor.userId !== userId) return refuse('sign_in_expired');
  const checks = { state: presented.state ?? '', ...(await checksSeal.open(begun.stateDigest, begun.sealedChecks)) };
  const said = await identify(providerClients, provider, callbackOf(config, provider), presented, checks);
  if (isFault(said)) {
    context.log.info({ provider: provider.id, reason: said.reason }, 'a provider did not identify anybody');
    return refuse(said.fault);
  }
  const identified = await asFarAsItCounts(ports, provider, said);
  if (isRefusal(identified)) return identified;
  if (begun.purpose === 'link') {
    if (userId === null || sessionId === null) return refuse('sign_in_expired');
    const refused = await link(ports, provider, identified, { userId, sessionId }, context);
    return refused ?? { told: { identity: 'linked' }, cookies: [] };
  }
  const admission = admissionBy(provider);
  const outcome = await signInByIdentity(ports, provider.id, identified, context, undefined, admission);
  if (isRefusal(outcome)) return outcome;
  if (!isChallenge(outcome)) {
    await endFormerSession(ports, outcome, context);
    return { told: {}, cookies: tokenAnswer(config, outcome, true).headers['set-cookie'] ?? [] };
  }
  const { mfa } = cookieNames(config.secureCookies);
  const waiting = cookie(mfa, outcome.mfaToken, outcome.expiresIn, config.secureCookies);
  return { told: { identity: outcome.status }, cookies: [waiting] };
};

/** Whoever links a provider of an organization becomes a member of it as whoever comes in by it does. */
const link = async (
  ports: Ports,
  provider: RedirectProvider,
  identified: Identified,
  linker: Linker,
  context: CallContext,
): Promise<Refusal | undefined> => {
  const admission = admissionBy(provider);
  const seatless = await keepSeatFor(ports, admission, { ...identified, userId: linker.userId }, context);
  if (seatless) return seatless;
  const cause = { ...context.cause, actor: linker.userId };
  const linked = await linkIdentity(ports, provider.id, identified, linker, cause);
  return isRefusal(linked) ? linked : admit(ports, admission, linked, context);
};

type Told = { readonly identity_error: ProblemCode } | Readonly<Record<string, string>>;

/** Sends the browser on to a page of ours, as a whole address. */
const goOn = ({ issuer }: Config, path: string, told: Told, cookies: readonly string[] = []) => {
  // Judged when it was taken; judged again because it comes from a table.
  const url = ownAddress(issuer, path) ?? new URL(issuer);
  for (const [name, value] of Object.entries(told)) url.searchParams.set(name, value);
  return answer(303, undefined, { location: url.href, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) });
};
