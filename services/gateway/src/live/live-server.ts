import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@rollcall/service-kit/logging';
import { isRefusal, type ProblemCode, problems } from '@rollcall/types/problems';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config.ts';
import { authenticate } from '../identity/authenticate.ts';
import type { RevocationList } from '../identity/revocation-list.ts';
import type { Identity, TokenVerifier } from '../identity/token-verifier.ts';
import type { LiveJournal } from './journal.ts';
import { closeCode } from './messages.ts';
import { Viewer } from './viewer.ts';

const path = '/v1/live';
const protocol = 'rollcall.v1';
const tokenPrefix = 'bearer.';
const maximumMessageBytes = 16_384;
const maximumConnectionsEach = 20;
const heartbeatMilliseconds = 30_000;

export interface LiveServerOptions {
  readonly config: Config;
  readonly journal: LiveJournal;
  readonly verifier: TokenVerifier;
  readonly revocations: RevocationList;
  readonly log: Logger;
}

/** `WS /v1/live`: a person's own events as they happen. Connections end with the token that opened them. */
export class LiveServer {
  readonly #options: LiveServerOptions;
  readonly #sockets: WebSocketServer;
  readonly #viewers = new Map<WebSocket, Viewer>();
  readonly #alive = new WeakSet<WebSocket>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maximumMessageBytes,
      // A token offered as a protocol is never chosen as one, so it is in no answer.
      handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
    });
    this.#heartbeat = setInterval(() => this.#dropDead(), heartbeatMilliseconds);
    this.#heartbeat.unref();
    this.#unsubscribe = [
      options.journal.onEvent((event) => {
        for (const viewer of this.#viewers.values()) viewer.show(event);
      }),
      options.revocations.onRevoked((kind, value) => {
        for (const viewer of this.#viewers.values()) if (viewer.livesBy(kind, value)) viewer.end();
      }),
    ];
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'a live connection could not be opened');
        refuseUpgrade(socket, 'unavailable');
      });
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const stop of this.#unsubscribe) stop();
    for (const socket of this.#viewers.keys()) socket.close(1001, 'the server stops; come back');
    this.#sockets.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the handshake is done, a client that goes away must not take the process with it.
    socket.on('error', () => socket.destroy());
    const identity = request.url?.split('?')[0] === path ? await this.#identify(request) : 'not_found';
    if (typeof identity === 'string') refuseUpgrade(socket, identity);
    else this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened, identity));
  }

  async #identify(request: IncomingMessage): Promise<Identity | ProblemCode> {
    const { config, verifier } = this.#options;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const token = offered.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
    const headers = new Headers();
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    else if (request.headers.cookie !== undefined) headers.set('cookie', request.headers.cookie);
    // Other sites can open sockets with our cookies and read what comes: the origin is checked as for a write.
    headers.set('origin', request.headers.origin ?? 'null');
    const identity = await authenticate(config, verifier, new Request(config.issuer, { method: 'POST', headers }));
    if (identity === null) return 'unauthenticated';
    return isRefusal(identity) ? identity.refused : identity;
  }

  #welcome(socket: WebSocket, identity: Identity): void {
    const viewer = new Viewer(socket, identity, this.#options.journal, this.#options.verifier);
    const others = [...this.#viewers.values()].filter((other) => other.userId === viewer.userId);
    this.#viewers.set(socket, viewer);
    this.#alive.add(socket);
    socket.on('pong', () => this.#alive.add(socket));
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'a live connection failed'));
    socket.on('close', () => this.#viewers.delete(socket));
    if (others.length >= maximumConnectionsEach) socket.close(closeCode.tooMany, 'too many connections');
    // It may have been revoked while the handshake was under way.
    if (this.#options.revocations.isRevoked('session', identity.actor.sessionId)) viewer.end();
  }

  #dropDead(): void {
    for (const socket of this.#viewers.keys()) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

const refuseUpgrade = (socket: Duplex, code: ProblemCode): void => {
  const { status, title } = problems[code];
  socket.end(`HTTP/1.1 ${status} ${title}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
};
