import { newId } from '@rollcall/service-kit/identity';
import { parseInput } from '@rollcall/service-kit/input';
import type { Logger } from '@rollcall/service-kit/logging';
import { problemDocument } from '@rollcall/service-kit/problem-response';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { WebSocket } from 'ws';
import type { Identity, TokenVerifier } from '../identity/token-verifier.ts';
import type { LiveJournal } from './journal.ts';
import type { LiveEvent } from './live-event.ts';
import { MessageBudget } from './message-budget.ts';
import { type ClientMessage, clientMessage, closeCode } from './messages.ts';

/** Bytes a client may lag behind before it is cut off. */
const maximumLag = 1_048_576;
const maximumSubscriptions = 32;
/** The longest that a timer can wait. */
const maximumTimer = 2_147_483_647;

export interface ViewerOptions {
  readonly journal: LiveJournal;
  readonly verifier: TokenVerifier;
  /** May events be shown just now? Not while it is unknown whose session has ended. */
  readonly mayShow: () => boolean;
  readonly log: Logger;
}

/** One connected person: what they subscribed to, and for how long they may. */
export class Viewer {
  readonly #socket: WebSocket;
  readonly #options: ViewerOptions;
  readonly #budget = new MessageBudget();
  /** By subscription the place of the last event shown: what was replayed is not shown again. */
  readonly #subscriptions = new Map<string, number>();
  #expiry: NodeJS.Timeout | undefined;
  #identity: Identity;

  constructor(socket: WebSocket, identity: Identity, options: ViewerOptions) {
    this.#socket = socket;
    this.#identity = identity;
    this.#options = options;
    this.#endOnExpiry();
    socket.on('message', (data, isBinary) => this.#hear(isBinary ? '' : data.toString()));
    socket.on('close', () => clearTimeout(this.#expiry));
  }

  get userId(): string {
    return this.#identity.actor.userId;
  }

  /** Does this connection live by that session or token? */
  livesBy(kind: 'session' | 'token', value: string): boolean {
    const { sessionId, tokenId } = this.#identity.actor;
    return value === (kind === 'session' ? sessionId : tokenId);
  }

  end(): void {
    this.#socket.close(closeCode.tokenEnded, 'the token has ended');
  }

  /** What happens cannot be shown for too long: it is there for whoever comes back. */
  sendAway(): void {
    this.#socket.close(closeCode.tooSlow, 'come back');
  }

  /** Shows an event that concerns this person to every subscription. */
  show(event: LiveEvent): void {
    for (const [id, last] of this.#subscriptions) if (event.sequence > last) this.#showTo(id, event);
  }

  #showTo(id: string, { sequence, resume, event }: LiveEvent): void {
    this.#subscriptions.set(id, sequence);
    this.#send({ type: 'event', id, revision: event.data.revision ?? null, resume, event });
  }

  #hear(text: string): void {
    if (!this.#budget.spend()) {
      this.#socket.close(closeCode.tooMany, 'too many messages');
      return;
    }
    const message = parseMessage(text);
    if (isRefusal(message)) this.#refuse(message);
    else if (message.type === 'ping') this.#send({ type: 'pong' });
    else if (message.type === 'unsubscribe') this.#subscriptions.delete(message.id);
    else if (message.type === 'authenticate') void this.#authenticate(message.token);
    else if (message.type === 'subscribe') this.#subscribe(message);
    else message satisfies never;
  }

  #subscribe({ id, channel, from }: Extract<ClientMessage, { type: 'subscribe' }>): void {
    // Other channels may exist; whoever may not see them learns nothing of that.
    if (channel !== 'activity' && channel !== 'user:me' && channel !== `user:${this.userId}`) {
      this.#refuse(refuse('not_found'), id);
      return;
    }
    if (this.#subscriptions.size >= maximumSubscriptions && !this.#subscriptions.has(id)) {
      this.#refuse(refuse('rate_limited'), id);
      return;
    }
    const { events } = this.#options.journal;
    if (!events || !this.#options.mayShow()) {
      this.#refuse(refuse('unavailable'), id);
      return;
    }
    const missed = from === undefined ? [] : events.after(from);
    if (!missed) {
      const detail = 'What happened since is not kept here any more; GET /v1/activity has it.';
      this.#refuse(refuse('invalid_cursor', { detail }), id);
      return;
    }
    this.#subscriptions.set(id, 0);
    this.#send({ type: 'subscribed', id, revision: null, resume: from ?? events.resume });
    for (const event of missed) if (concerns(this.userId, event)) this.#showTo(id, event);
  }

  async #authenticate(token: string): Promise<void> {
    try {
      const identity = await this.#options.verifier.verify(token);
      if (isRefusal(identity)) {
        this.#refuse(identity);
      } else if (identity.actor.userId !== this.userId) {
        // A connection stays the person's who opened it.
        this.#refuse(refuse('forbidden'));
      } else {
        this.#identity = identity;
        this.#endOnExpiry();
        this.#send({ type: 'authenticated' });
      }
    } catch {
      this.#refuse(refuse('unavailable'));
    }
  }

  #endOnExpiry(): void {
    clearTimeout(this.#expiry);
    const left = this.#identity.expiresAtMilliseconds - Date.now();
    this.#expiry = setTimeout(
      () => (left > maximumTimer ? this.#endOnExpiry() : this.end()),
      Math.min(left, maximumTimer),
    );
    this.#expiry.unref();
  }

  #refuse(refusal: Refusal, id?: string): void {
    const requestId = newId();
    this.#options.log.debug({ requestId, code: refusal.refused }, 'a live message was refused');
    this.#send({ type: 'error', ...(id === undefined ? {} : { id }), problem: problemDocument(refusal, requestId) });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maximumLag) this.#socket.close(closeCode.tooSlow, 'too slow');
    else this.#socket.send(JSON.stringify(message));
  }
}

/** People see what they did and what was done about them. */
export const concerns = (userId: string, { event }: LiveEvent): boolean =>
  event.subject === userId || event.actor === userId;

const parseMessage = (text: string): ClientMessage | Refusal => {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return refuse('malformed_json');
  }
  return parseInput(clientMessage, said, '');
};
