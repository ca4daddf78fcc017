import { problemDocument } from '@rollcall/service-kit/problem-response';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { WebSocket } from 'ws';
import type { Identity, TokenVerifier } from '../identity/token-verifier.ts';
import type { LiveEvent, LiveJournal } from './journal.ts';
import { type ClientMessage, clientMessage, closeCode } from './messages.ts';

/** Bytes a client may lag behind before it is cut off. */
const maximumLag = 1_048_576;
const maximumSubscriptions = 32;
const expiryCheckMilliseconds = 250;

/** One connected person: what they subscribed to, and for how long they may. */
export class Viewer {
  readonly #socket: WebSocket;
  readonly #journal: LiveJournal;
  readonly #verifier: TokenVerifier;
  readonly #subscriptions = new Set<string>();
  readonly #expiry: NodeJS.Timeout;
  #identity: Identity;

  constructor(socket: WebSocket, identity: Identity, journal: LiveJournal, verifier: TokenVerifier) {
    this.#socket = socket;
    this.#identity = identity;
    this.#journal = journal;
    this.#verifier = verifier;
    this.#expiry = setInterval(() => {
      if (this.#identity.expiresAtMilliseconds <= Date.now()) this.end();
    }, expiryCheckMilliseconds);
    this.#expiry.unref();
    socket.on('message', (data, isBinary) => this.#hear(isBinary ? '' : data.toString()));
    socket.on('close', () => clearInterval(this.#expiry));
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

  /** Shows an event to every subscription that it concerns. */
  show(event: LiveEvent): void {
    if (!this.#mayAndWantsToSee(event)) return;
    for (const id of this.#subscriptions) this.#showTo(id, event);
  }

  #mayAndWantsToSee({ event }: LiveEvent): boolean {
    return this.#subscriptions.size > 0 && (event.subject === this.userId || event.actor === this.userId);
  }

  #showTo(id: string, { resume, event }: LiveEvent): void {
    this.#send({ type: 'event', id, revision: event.data.revision ?? null, resume, event });
  }

  #hear(text: string): void {
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
    if (this.#subscriptions.size >= maximumSubscriptions) {
      this.#refuse(refuse('rate_limited'), id);
      return;
    }
    const missed = from === undefined ? [] : this.#journal.after(from);
    if (!missed) {
      const detail = 'What happened since is not kept here any more; GET /v1/activity has it.';
      this.#refuse(refuse('invalid_cursor', { detail }), id);
      return;
    }
    this.#subscriptions.add(id);
    this.#send({ type: 'subscribed', id, revision: null, resume: from ?? this.#journal.resume });
    for (const event of missed) if (this.#mayAndWantsToSee(event)) this.#showTo(id, event);
  }

  async #authenticate(token: string): Promise<void> {
    try {
      const identity = await this.#verifier.verify(token);
      if (isRefusal(identity)) {
        this.#refuse(identity);
      } else if (identity.actor.userId !== this.userId) {
        // A connection stays the person's who opened it.
        this.#refuse(refuse('forbidden'));
      } else {
        this.#identity = identity;
        this.#send({ type: 'authenticated' });
      }
    } catch {
      this.#refuse(refuse('unavailable'));
    }
  }

  #refuse(refusal: Refusal, id?: string): void {
    this.#send({ type: 'error', ...(id === undefined ? {} : { id }), problem: problemDocument(refusal, 'live') });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maximumLag) this.#socket.close(closeCode.tooSlow, 'too slow');
    else this.#socket.send(JSON.stringify(message));
  }
}

const parseMessage = (text: string): ClientMessage | Refusal => {
  try {
    const parsed = clientMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : refuse('invalid_input', { detail: parsed.error.issues[0]?.message ?? '' });
  } catch {
    return refuse('malformed_json');
  }
};
