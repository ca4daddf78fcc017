import { setTimeout as delay } from 'node:timers/promises';
import type { HopContext } from '@rollcall/service-kit/actor';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newSecret, timeOfId } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { refreshTokenReused } from '@rollcall/types/events/auth';
import { sessionId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import { refreshSession } from '@rollcall/types/routes/auth/sessions';
import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import { holdCredential } from '../store/credentials.ts';
import { isContested, type Redemption, redeemRefreshToken } from '../store/refresh-tokens.ts';
import { isOpen } from '../store/sessions.ts';
import { signAccessToken } from '../tokens/access-tokens.ts';
import { tokenAnswer } from '../tokens/token-answer.ts';

export const handleRefreshSession = (ports: Ports) =>
  handle(refreshSession, async ({ body, query }, context) => {
    const { config } = ports;
    const fromCookie = readCookie(context.headers.get('cookie'), cookieNames(config.secureCookies).refresh);
    const presented = body.refreshToken ?? fromCookie;
    if (presented === undefined) return refuse('refresh_token_invalid');

    const refreshToken = newSecret();
    const digest = digestOf(presented);
    const redemption = await redeem(ports, digest, digestOf(refreshToken), context);
    if (redemption.outcome === 'reused') await endStolenSession(ports, redemption, digest, context);
    if (redemption.outcome !== 'redeemed') return refuse('refresh_token_invalid');

    const { session } = redemption;
    const accessToken = await signAccessToken(config, ports.keys, session);
    const asCookies = query.cookies === 'true' || body.refreshToken === undefined;
    const issued = { userId: session.userId, sessionId: session.id, accessToken, refreshToken };
    const tokens = tokenAnswer(config, issued, asCookies);
    return answer(200, tokens.body, tokens.headers);
  });

const redeem = (ports: Ports, digest: string, nextDigest: string, { hop }: CallContext): Promise<Redemption> => {
  const arrivedAt = performance.now();
  return redeemRefreshToken(ports.connection.db, digest, nextDigest, {
    idleMilliseconds: ports.config.sessionIdleMilliseconds,
    origin: digestOf(JSON.stringify([hop.ipAddress, hop.userAgent])),
    waitedMilliseconds: () => Math.max(performance.now() - arrivedAt, waitedSinceGateway(hop)),
  });
};

/** A request on its way is not older than this; clocks that differ by more excuse no more. */
const longestWayMilliseconds = 3_000;

/** By the clocks of two machines: what they differ by excuses the client that used the token, and no other. */
const waitedSinceGateway = ({ requestId }: HopContext): number => {
  // The id counts whole milliseconds: it may seem to be older than it is.
  const waited = Date.now() - (timeOfId(requestId) ?? Date.now()) - 1;
  return Math.min(waited, longestWayMilliseconds);
};

/** Replicas may hear those who present a token together; by then each of them has written down that it did. */
const hearsayMilliseconds = 150;

const endStolenSession = async (
  ports: Ports,
  { session, maybeHasty }: Extract<Redemption, { readonly outcome: 'reused' }>,
  digest: string,
  context: CallContext,
): Promise<void> => {
  if (maybeHasty) await delay(hearsayMilliseconds);
  const cause = { ...context.cause, actor: 'anonymous' };
  const revoked = await ports.events.transact(async (tx, emit) => {
    await holdCredential(tx, session.userId);
    if (!(await isOpen(tx, session.id)) || (maybeHasty && (await isContested(tx, digest)))) return [];
    const data = { sessionId: sessionId.parse(session.id) };
    await emit(refreshTokenReused, { subject: session.userId, data, cause });
    return endSessionsOf(ports.config, tx, emit, session.userId, { only: [session.id] }, 'refresh_reused', cause);
  });
  ports.feed.announce(revoked);
};
