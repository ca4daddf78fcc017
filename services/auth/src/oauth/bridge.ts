import { randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CallContext, PlainRequest } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { readCookie } from '@rollcall/types/cookies';
import { oauthPrefix } from '@rollcall/types/routes/auth/oauth-protocol';
import inject, { type InjectOptions } from 'light-my-request';
import type Provider from 'oidc-provider';
import { signedInWell } from '../factors/second-factor-policy.ts';
import type { Ports } from '../ports.ts';
import { findBrowserSession } from '../sessions/browser-session.ts';
import type { SignedIn } from '../store/signed-in.ts';
import { oauthCookies } from './cookies.ts';
import { type CurrentRequest, currentRequest } from './current-request.ts';
import { pageHeaders } from './pages.ts';

/** Headers of a client that the provider reads. Cookies come apart: of those only its own are passed on. */
const passed = ['authorization', 'dpop', 'content-type', 'accept'];

/** Who is signed in in this browser, as well as the operator and their organizations want it. */
export const whoIsSignedIn = async (ports: Ports, context: CallContext): Promise<SignedIn | undefined> =>
  signedInWell(ports, await findBrowserSession(ports, context), context.hop);

export const originOf = ({ hop }: CallContext): string => digestOf(JSON.stringify([hop.ipAddress, hop.userAgent]));

/**
 * Lets the provider, which speaks to Node's own requests, answer one that came over a signed hop.
 *
 * @throws what is away, when something is: whoever asks may try again
 */
export const askProvider = async (
  { config }: Ports,
  provider: Provider,
  request: PlainRequest,
  context: CallContext,
  current: CurrentRequest,
): Promise<Response> => {
  const callback = provider.callback();
  const dispatch = (incoming: IncomingMessage & { originalUrl?: string }, outgoing: ServerResponse): void => {
    // The provider lives below a path, and wants to be told both.
    incoming.originalUrl = incoming.url ?? '';
    incoming.url = incoming.originalUrl.slice(oauthPrefix.length);
    void callback(incoming, outgoing);
  };
  const injected: InjectOptions = {
    method: request.method === 'POST' ? 'POST' : 'GET',
    url: request.target,
    headers: headersFor(config.issuer, request, context),
    remoteAddress: context.hop.ipAddress,
    ...(request.body === null ? {} : { payload: Buffer.from(request.body) }),
  };
  // Awaited inside: the request begins when somebody waits for its answer.
  const answer = await currentRequest.run(current, async () => await inject(dispatch, injected));
  if (current.outage !== undefined) throw current.outage;
  return new Response(new Uint8Array(answer.rawPayload), {
    status: answer.statusCode,
    headers: headersFrom(answer.headers),
  });
};

const headersFor = (issuer: string, { headers }: PlainRequest, { hop }: CallContext): Record<string, string> => {
  const { protocol, host } = new URL(issuer);
  const cookies = Object.values(oauthCookies).flatMap((name) => {
    const value = readCookie(headers.get('cookie'), name);
    // The provider only looks for a session, or keeps one for its forms, where it is shown the name of one.
    const shown = name === oauthCookies.session ? (value ?? randomBytes(32).toString('base64url')) : value;
    return shown === undefined ? [] : [`${name}=${shown}`];
  });
  return {
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-host': host,
    'user-agent': hop.userAgent,
    ...Object.fromEntries(passed.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : []))),
    ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
  };
};

const headersFrom = (given: OutgoingHttpHeaders): Headers => {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const [name, value] of Object.entries(given)) {
    const values = Array.isArray(value) ? value : [String(value ?? '')];
    headers.delete(name);
    for (const one of values) headers.append(name, name === 'set-cookie' ? forItsInteraction(one) : one);
  }
  if (headers.get('content-type')?.startsWith('text/html')) {
    for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value);
  }
  return headers;
};

/** The cookie of an interaction is for where it is decided and nowhere else, so that those of two tabs do not meet. */
const forItsInteraction = (cookie: string): string => {
  const [, uid] = new RegExp(`^${oauthCookies.interaction}=([A-Za-z0-9_-]+)`).exec(cookie) ?? [];
  return uid === undefined ? cookie : cookie.replace(/path=[^;]*/i, `path=/v1/oauth/interactions/${uid}`);
};
