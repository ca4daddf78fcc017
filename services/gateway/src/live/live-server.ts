import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@rollcall/service-kit/logging';
import { Sight } from '@rollcall/types/access-sight';
import { liveEndings } from '@rollcall/types/live-protocol';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SecondFactorJudge } from '../access/second-factor.ts';
import { clientAddress } from '../client.ts';
import type { Config } from '../config.ts';
import { isWebSocketUpgrade, namesOneHost } from '../http-server.ts';
import { authenticate } from '../identity/authenticate.ts';
import type { Identity } from '../identity/identity.ts';
import type { RevocationList } from '../identity/revocation-list.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { CountRequest } from '../rate-classes.ts';
import { writeRefusal } from '../raw-refusal.ts';
import type { AccessFeed } from './access-feed.ts';
import { AccessWatch } from './access-watch.ts';
import { notAdmitted } from './admission.ts';
import { Audience } from './audience.ts';
import type { Channel } from './channel.ts';
import { JoinedFrames } from './joined-frames.ts';
import type { LiveJournal } from './journal.ts';
import { SocketLine } from './line.ts';
import { Presence } from './presence.ts';
import type { PresenceRoad } from './presence-road.ts';
import type { Sleep } from './subscription.ts';
import { Viewer } from './viewer.ts';

const paths: ReadonlySet<string | undefined> = new Set(['/v1/live', '/api/user/live']);
const protocol = 'rollcall.v1';
const tokenPrefix = 'bearer.';
const maximumMessageBytes = 16_384;
const maximumConnectionsEach = 20;
const heartbeatMilliseconds = 30_000;
const farewellMilliseconds = 1_000;
/** So soon after its end a right that time has ended is noticed, and what was held back is shown once it may be. */
const tickMilliseconds = 100;
const presenceMilliseconds = 500;

export interface LiveServerOptions {
  readonly config: Config;
  readonly journal: LiveJournal;
  readonly feed: AccessFeed;
  readonly secondFactorDue: SecondFactorJudge;
  readonly road: PresenceRoad;
  readonly verifier: TokenVerifier;
  readonly revocations: RevocationList;
  readonly countRequest: CountRequest;
  readonly log: Logger;
}

/**
 * `WS /v1/live`: what happens to rights and to oneself, as it happens. Connections end with the token that opened them, and
 * with the right to what is watched.
 */
export class LiveServer {
  readonly #options: LiveServerOptions;
  readonly #audience: Audience;
  readonly #watch: AccessWatch;
  readonly #presence: Presence;
  readonly #sockets: WebSocketServer;
  readonly #joined = new JoinedFrames();
  readonly #alive = new WeakSet<WebSocket>();
  readonly #timers: readonly NodeJS.Timeout[];
  #stopping = false;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    const { journal, feed, road, revocations } = options;
    this.#watch = new AccessWatch({ feed, mayShow: () => revocations.isFresh });
    this.#audience = new Audience(journal, revocations, () => this.#watch.reading !== undefined);
    this.#presence = new Presence({ road, counts: (userId, channel) => this.#counts(userId, channel) });
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maximumMessageBytes,
      // A token offered as a protocol is never chosen as one, so it is in no answer.
      handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
    });
    this.#timers = [
      setInterval(() => this.#dropDead(), heartbeatMilliseconds),
      setInterval(() => this.#tick(), tickMilliseconds),
      setInterval(() => this.#presence.tick(), presenceMilliseconds),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      if (!isWebSocketUpgrade(request)) return;
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'a live connection could not be opened');
        writeRefusal(socket, refuse('unavailable'));
      });
    });
  }

  /** Says goodbye to everybody, and hangs up on those who do not answer it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#audience.stop();
    this.#watch.stop();
    this.#presence.stop();
    for (const socket of this.#sockets.clients) socket.close(liveEndings.stops.code, 'the server stops; come back');
    const hangUp = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
    }, farewellMilliseconds);
    await new Promise((done) => this.#sockets.close(done));
    clearTimeout(hangUp);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the handshake is done, a client that goes away must not take the process with it.
    socket.on('error', () => socket.destroy());
    const identity = await this.#identify(request);
    if (this.#stopping) writeRefusal(socket, refuse('unavailable'));
    else if (isRefusal(identity)) writeRefusal(socket, identity);
    else this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened, socket, identity));
  }

  async #identify(request: IncomingMessage): Promise<Identity | Refusal> {
    const { config, verifier, countRequest } = this.#options;
    const forwardedFor = request.headers['x-forwarded-for'];
    const address = clientAddress(config, request, forwardedFor === undefined ? null : String(forwardedFor));
    // Before all else: an offer costs a connection, whatever it is about.
    const wait = await countRequest('read', address);
    if (wait !== undefined) return refuse('rate_limited', { retryAfterSeconds: wait });
    if (!namesOneHost(request)) return refuse('invalid_input');
    if (!paths.has(request.url?.split('?')[0])) return refuse('not_found');

    const identity = await authenticate(config, verifier, { method: 'POST', headers: credentialsOf(request) });
    if (identity === null) return refuse('unauthenticated');
    if (isRefusal(identity)) return identity;
    const refusal = notAdmitted(this.#options.secondFactorDue, identity);
    if (refusal) return refusal;
    const isOneTooMany = this.#audience.count(identity.actor.userId) >= maximumConnectionsEach;
    return isOneTooMany ? refuse('rate_limited', { detail: 'Close another live connection first.' }) : identity;
  }

  #welcome(socket: WebSocket, stream: Duplex, identity: Identity): void {
    const { journal, secondFactorDue, verifier, revocations, log } = this.#options;
    const watching = { journal, watch: this.#watch, presence: this.#presence };
    const surroundings = { ...watching, secondFactorDue, verifier, sleep, log };
    const viewer = new Viewer(new SocketLine(socket, stream, this.#joined), identity, surroundings);
    viewer.listenTo(socket);
    this.#audience.add(viewer);
    this.#alive.add(socket);
    socket.on('pong', () => this.#alive.add(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'a live connection failed'));
    socket.on('close', () => this.#audience.remove(viewer));
    // It may have been revoked while the handshake was under way.
    const { sessionId, tokenId } = identity.actor;
    if (revocations.isRevoked('session', sessionId) || revocations.isRevoked('token', tokenId)) viewer.end();
    // Several may have been let in at once.
    if (this.#audience.count(viewer.userId) > maximumConnectionsEach)
      socket.close(liveEndings.tooMany.code, 'too many');
  }

  #tick(): void {
    this.#audience.showHeld();
    this.#watch.tick();
  }

  /** Everybody may watch `access`, but only who sees all of it there is company for others. */
  #counts(userId: string, channel: Channel): boolean | undefined {
    const { reading } = this.#watch;
    if (!reading) return undefined;
    const sight = new Sight(userId, reading);
    return sight.mayWatch(channel) && (channel.kind !== 'access' || sight.readsAll);
  }

  #dropDead(): void {
    for (const socket of this.#sockets.clients) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

const sleep: Sleep = (milliseconds, signal) => delay(milliseconds, undefined, { signal, ref: false });

/** The token among the offered protocols, or else the cookies, as the headers of a request that changes something. */
const credentialsOf = (request: IncomingMessage): Headers => {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(tokenPrefix));
  const headers = new Headers();
  for (const token of tokens) headers.append('authorization', `Bearer ${token.slice(tokenPrefix.length)}`);
  if (tokens.length === 0 && request.headers.cookie !== undefined) headers.set('cookie', request.headers.cookie);
  // Other sites can open sockets with our cookies and read what comes: the origin is checked as for a write.
  headers.set('origin', request.headers.origin ?? 'null');
  return headers;
};
