import { newId } from '@rollcall/service-kit/identity';
import { parseInput } from '@rollcall/service-kit/input';
import type { Logger } from '@rollcall/service-kit/logging';
import { problemDocument } from '@rollcall/service-kit/problem-response';
import { Sight } from '@rollcall/types/access-sight';
import { type ClientMessage, clientMessage, liveEndings, type ServerMessage } from '@rollcall/types/live-protocol';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { SecondFactorJudge } from '../access/second-factor.ts';
import type { Identity } from '../identity/identity.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { AccessWatch } from './access-watch.ts';
import { notAdmitted } from './admission.ts';
import { readChannel } from './channel.ts';
import type { HistoryPage } from './history-pages.ts';
import type { LiveJournal } from './journal.ts';
import { type Line, maximumLag } from './line.ts';
import type { LiveEvent } from './live-event.ts';
import { MessageBudget } from './message-budget.ts';
import { readPlace } from './place.ts';
import type { Presence, PresenceListener } from './presence.ts';
import { type Sleep, Subscription } from './subscription.ts';
import { textFrame } from './text-frame.ts';
import { TokenLife } from './token-life.ts';

const maximumSubscriptions = 50;

export interface ViewerOptions {
  readonly journal: Pick<LiveJournal, 'events'>;
  readonly secondFactorDue: SecondFactorJudge;
  readonly watch: AccessWatch;
  readonly presence: Presence;
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly sleep: Sleep;
  readonly log: Logger;
}

interface Watched {
  readonly subscription: Subscription;
  readonly listener: PresenceListener;
}

/** One connected person: what they subscribed to, and for how long they may. */
export class Viewer {
  readonly #line: Line;
  readonly #options: ViewerOptions;
  readonly #budget = new MessageBudget();
  readonly #watched = new Map<string, Watched>();
  readonly #life: TokenLife;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(line: Line, identity: Identity, options: ViewerOptions) {
    this.#line = line;
    this.#options = options;
    this.#life = new TokenLife(identity, () => this.end());
  }

  /** Hears what the client says, until the connection is closed. */
  listenTo(socket: WebSocket): void {
    socket.on('message', (data, isBinary) => this.hear(isBinary ? '' : data.toString()));
    socket.on('close', () => this.#leave());
  }

  get userId(): string {
    return this.#life.identity.actor.userId;
  }

  /** Does this connection live by that session or token? */
  livesBy(kind: 'session' | 'token', value: string): boolean {
    const { sessionId, tokenId } = this.#life.identity.actor;
    return value === (kind === 'session' ? sessionId : tokenId);
  }

  end(): void {
    this.#close(liveEndings.tokenEnded.code, 'the token has ended');
  }

  /** What happens cannot be shown for too long: it is there for whoever comes back. */
  sendAway(): void {
    this.#close(liveEndings.tooSlow.code, 'come back');
  }

  /** Shows an event that concerns this person to every subscription. */
  show(event: LiveEvent): void {
    for (const { subscription } of this.#watched.values()) subscription.tell(event);
  }

  hear(text: string): void {
    if (!this.#line.isOpen) return;
    if (!this.#budget.spend()) {
      this.#close(liveEndings.tooMany.code, 'too many messages');
      return;
    }
    const message = parseMessage(text);
    if (isRefusal(message)) this.#refuse(message, message.id);
    else if (message.type === 'ping') this.#say({ type: 'pong', resume: this.#places() });
    else if (message.type === 'unsubscribe') this.#drop(message.id);
    else if (message.type === 'presence') this.#tellPresence(message.id);
    else if (message.type === 'authenticate') void this.#authenticate(message.token);
    else if (message.type === 'subscribe') void this.#subscribe(message);
    else message satisfies never;
  }

  async #subscribe({
    id,
    channel: name,
    from,
    speed = 0,
  }: Extract<ClientMessage, { type: 'subscribe' }>): Promise<void> {
    const { watch, journal, sleep, log } = this.#options;
    const { reading } = watch;
    if (!reading) return this.#refuse(refuse('unavailable'), id);
    const channel = readChannel(name, this.userId);
    // Whether there is such a thing is told to whoever may watch it, and to nobody else.
    if (!channel || !new Sight(this.userId, reading).mayWatch(channel)) return this.#refuse(refuse('not_found'), id);
    const isOwn = channel.kind === 'user' && channel.id === this.userId;
    const place = from === undefined ? undefined : readPlace(from);
    if (from !== undefined && (!place || (place.journal !== undefined && !isOwn))) {
      return this.#refuse(refuse('invalid_cursor'), id);
    }
    this.#drop(id);
    if (this.#watched.size >= maximumSubscriptions) return this.#refuse(refuse('rate_limited'), id);

    const subscription = new Subscription({
      id,
      userId: this.userId,
      channel,
      speed,
      watch,
      journal: isOwn ? journal : undefined,
      history: (position) => this.#history(position),
      line: this.#line,
      sleep,
      onRightLost: () => this.#close(liveEndings.rightLost.code, 'the right to watch has ended'),
      onTooSlow: () => this.sendAway(),
    });
    this.#keep(subscription);
    try {
      const refusal = await subscription.run(place);
      if (refusal === undefined) return;
      // Another one may go by this name by now.
      if (this.#watched.get(id)?.subscription === subscription) this.#drop(id);
      this.#refuse(refusal, id);
    } catch (error) {
      log.error({ err: error }, 'a live subscription failed');
      this.sendAway();
    }
  }

  /** One page at a time, so that nobody reads the past at the expense of all others. */
  #history(position: number): Promise<HistoryPage> {
    const page = this.#reading.then(() => this.#options.watch.history(position));
    this.#reading = page.catch(() => undefined);
    return page;
  }

  #keep(subscription: Subscription): void {
    const { id, channel } = subscription;
    const listener: PresenceListener = {
      userId: this.userId,
      channel,
      tellPresence: (users, count) => this.#say({ type: 'presence', id, users, count }),
    };
    this.#watched.set(id, { subscription, listener });
    this.#options.presence.enter(this.userId, channel);
  }

  #drop(id: string): void {
    const { presence } = this.#options;
    const watched = this.#watched.get(id);
    if (!watched) return;
    this.#watched.delete(id);
    watched.subscription.end();
    presence.unlisten(watched.listener);
    presence.leave(this.userId, watched.subscription.channel);
  }

  #tellPresence(id: string): void {
    const watched = this.#watched.get(id);
    if (watched) this.#options.presence.listen(watched.listener);
    else this.#refuse(refuse('not_found'), id);
  }

  /** Where each subscription would go on: quiet ones hear of it in no other way. */
  #places(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#watched].flatMap(
        ([
          id,
          {
            subscription: { resume },
          },
        ]) => (resume === undefined ? [] : [[id, resume]]),
      ),
    );
  }

  async #authenticate(token: string): Promise<void> {
    try {
      const identity = await this.#options.verifier.verify(token);
      if (!this.#line.isOpen) return;
      if (isRefusal(identity)) return this.#refuse(identity);
      // A connection stays the person's who opened it.
      if (identity.actor.userId !== this.userId) return this.#refuse(refuse('forbidden'));
      const refusal = notAdmitted(this.#options.secondFactorDue, identity);
      if (refusal) return this.#refuse(refusal);
      this.#life.renew(identity);
      this.#say({ type: 'authenticated' });
    } catch {
      this.#refuse(refuse('unavailable'));
    }
  }

  #refuse(refusal: Refusal, id?: string): void {
    const requestId = newId();
    this.#options.log.debug({ requestId, code: refusal.refused }, 'a live message was refused');
    this.#say({ type: 'error', ...(id === undefined ? {} : { id }), problem: problemDocument(refusal, requestId) });
  }

  #say(message: ServerMessage): void {
    if (this.#line.lag > maximumLag) this.sendAway();
    else this.#line.write(textFrame(JSON.stringify(message)));
  }

  #close(code: number, reason: string): void {
    this.#leave();
    this.#line.end(code, reason);
  }

  #leave(): void {
    this.#life.stop();
    for (const id of [...this.#watched.keys()]) this.#drop(id);
  }
}

/** @returns what was said; or why it is no message, and the subscription that it is about if it says so much */
const parseMessage = (text: string): ClientMessage | (Refusal & { readonly id?: string }) => {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return refuse('malformed_json');
  }
  const message = parseInput(clientMessage, said, '');
  return isRefusal(message) ? { ...message, ...about.safeParse(said).data } : message;
};

const about = z.object({ id: clientMessage.options[0].shape.id });
