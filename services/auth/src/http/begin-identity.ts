import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newSecret } from '@rollcall/service-kit/identity';
import { isConfidential } from '@rollcall/service-kit/private-hosts';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { beginIdentity } from '@rollcall/types/routes/auth/identities';
import { randomPKCECodeVerifier } from 'openid-client';
import { proveFresh } from '../factors/freshness.ts';
import { authorizationUrl } from '../identities/identify.ts';
import type { Linker } from '../identities/link-identity.ts';
import type { RedirectProvider } from '../identities/provider.ts';
import { callbackOf, privateHostsFor, redirectProvider } from '../identities/redirect-provider.ts';
import { ownAddress } from '../identities/return-to.ts';
import type { Ports } from '../ports.ts';
import { endAfter } from '../store/clock.ts';
import { insertIdentitySignIn } from '../store/identity-sign-ins.ts';
import { cookie } from '../tokens/token-answer.ts';

const notOurs = refuse('invalid_input', {
  errors: [{ pointer: '/body/returnTo', detail: 'must be a path of this installation' }],
});

export const handleBeginIdentity = (ports: Ports) =>
  handle(beginIdentity, async ({ params, body: { purpose = 'sign_in', returnTo = '/' } }, context) => {
    const { config } = ports;
    const provider = await redirectProvider(ports, params.provider);
    if (!provider) return refuse('not_found');
    if (!ownAddress(config.issuer, returnTo)) return notOurs;
    const linker = purpose === 'link' ? await judgeLinker(ports, context) : undefined;
    if (isRefusal(linker)) return linker;

    const checks = { state: newSecret(), nonce: newSecret(), codeVerifier: randomPKCECodeVerifier() };
    const url = await whereToGo(ports, provider, checks, context);
    if (!url) return refuse('provider_unavailable', { retryAfterSeconds: 10 });
    const browser = browserOf(config.secureCookies, context.headers) ?? newSecret();
    const stateDigest = digestOf(checks.state);
    const expiresAt = await endAfter(ports.connection.db, config.identitySignInMilliseconds);
    await insertIdentitySignIn(ports.connection.db, {
      stateDigest,
      authType: provider.id,
      purpose,
      browserDigest: digestOf(browser),
      sealedChecks: await ports.checksSeal.seal(stateDigest, checks),
      returnTo,
      userId: linker?.userId ?? null,
      sessionId: linker?.sessionId ?? null,
      expiresAt,
    });
    const { identity } = cookieNames(config.secureCookies);
    const seconds = config.identitySignInMilliseconds / 1_000;
    const headers = { 'set-cookie': cookie(identity, browser, seconds, config.secureCookies) };
    return answer(201, { url: url.href, expiresAt: expiresAt.toISOString() }, headers);
  });

/** What was given to this browser before: it stays the same, so that what it began in another tab goes on. */
export const browserOf = (secure: boolean, headers: Headers): string | undefined => {
  const found = readCookie(headers.get('cookie'), cookieNames(secure).identity);
  return found !== undefined && /^[A-Za-z0-9_-]{32}$/.test(found) ? found : undefined;
};

const judgeLinker = async (ports: Ports, context: CallContext): Promise<Linker | Refusal> =>
  context.actor ? ((await proveFresh(ports, context)) ?? context.actor) : refuse('unauthenticated');

/** Undefined while the provider does not say, or says something that is no place to send people to. */
const whereToGo = async (
  { config, providerClients }: Ports,
  provider: RedirectProvider,
  checks: Parameters<typeof authorizationUrl>[3],
  { log }: CallContext,
): Promise<URL | undefined> => {
  try {
    const url = await authorizationUrl(providerClients, provider, callbackOf(config, provider), checks);
    if (isConfidential(url, privateHostsFor(config, provider))) return url;
    log.warn({ provider: provider.id }, 'a provider would send people to an address without TLS');
  } catch (error) {
    log.warn({ err: error, provider: provider.id }, 'a provider does not describe itself');
  }
  return undefined;
};
