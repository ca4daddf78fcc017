import {
  type BoundRoute,
  type CallContext,
  handleProtocol,
  type PlainRequest,
} from '@rollcall/service-kit/call-context';
import type { Route } from '@rollcall/types/route-definition';
import * as routes from '@rollcall/types/routes/auth/oauth-protocol';
import { endSessionsOf } from '../end-sessions.ts';
import { askProvider, originOf, whoIsSignedIn } from '../oauth/bridge.ts';
import type { CurrentRequest } from '../oauth/current-request.ts';
import type { Ports } from '../ports.ts';
import { findBrowserSession } from '../sessions/browser-session.ts';
import type { SignedIn } from '../store/signed-in.ts';
import { clearedCookies } from '../tokens/token-answer.ts';

const endpoints: readonly Route[] = [
  routes.authorize,
  routes.resumeAuthorization,
  routes.exchangeGrant,
  routes.readUserinfo,
  routes.readUserinfoByPost,
  routes.pushAuthorization,
  routes.introspectToken,
  routes.revokeToken,
  routes.authorizeDevice,
  routes.showDevicePage,
  routes.enterUserCode,
  routes.resumeDevice,
  routes.endOAuthSession,
  routes.confirmOAuthLogout,
  routes.showSignedOut,
];

/** The endpoints of OAuth 2.1 and OpenID Connect, which the provider answers by itself. */
export const oauthProtocolHandlers = (ports: Ports): BoundRoute[] =>
  endpoints.map((route) => {
    const findWho = signingOut.has(route) ? findBrowserSession : whoIsSignedIn;
    return handleProtocol(route, async (request, context) =>
      respond(ports, request, context, await findWho(ports, context)),
    );
  });

/** Whoever leaves need not prove a second factor first. */
const signingOut: ReadonlySet<Route> = new Set([routes.endOAuthSession, routes.confirmOAuthLogout]);

const respond = async (
  ports: Ports,
  request: PlainRequest,
  context: CallContext,
  signedIn: SignedIn | undefined,
): Promise<Response> => {
  const current: CurrentRequest = { signedIn, hop: context.hop, origin: originOf(context), signsOut: false };
  const answer = await askProvider(ports, await ports.provider(), request, context, current);
  if (current.signsOut && signedIn) await signOut(ports, signedIn, answer, context);
  return answer;
};

/** The provider's session is ours: who signs out of the one signs out of the other. */
const signOut = async (
  { config, events, feed }: Ports,
  { userId, sessionId }: SignedIn,
  answer: Response,
  context: CallContext,
): Promise<void> => {
  const cause = { ...context.cause, actor: userId };
  const revoked = await events.transact((tx, emit) =>
    endSessionsOf(config, tx, emit, userId, { only: [sessionId] }, 'signed_out', cause),
  );
  feed.announce(revoked);
  for (const cookie of clearedCookies(config)['set-cookie'] ?? []) answer.headers.append('set-cookie', cookie);
};
