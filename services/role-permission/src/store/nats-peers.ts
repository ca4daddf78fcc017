import type { Refused } from '@rollcall/event-store/decider';
import type { PeerListener, Peers, Poke } from '@rollcall/event-store/peers';
import type { Outcome } from '@rollcall/event-store/waiting-commands';
import type { Bus } from '@rollcall/events/bus';
import { newId } from '@rollcall/service-kit/identity';
import type { Logger } from '@rollcall/service-kit/logging';
import { Worker } from '@rollcall/service-kit/worker';
import type { Msg, Subscription } from 'nats';
import { type PeerMessages, sealOf } from './peer-messages.ts';

export interface NatsPeersOptions {
  readonly bus: Bus;
  readonly stream: string;
  readonly messages: PeerMessages;
  readonly log: Logger;
}

/**
 * Of what replicas tell each other: raised whenever a command or an event changes its meaning or its form. Replicas of
 * different versions do not hear each other; they poll the log and compete for it, which is always right.
 */
const version = 2;

/**
 * Commands that are older than this are not decided any more: whoever sent them has long ended to wait, and a replica that
 * stood still must not do on waking what was asked of it before. As long, the same ones are not taken twice.
 */
const forwardedForMs = 5_000;

interface ForwardedCommands<Command> {
  readonly at: number;
  /** Makes the same commands, asked again, another message. */
  readonly nonce: string;
  readonly commands: readonly Command[];
}

/**
 * The other replicas of a stream, over core NATS: nothing is stored. Without NATS there are no others, as far as this
 * one can tell. The commands and events of a replica are plain data; whoever could seal a message knows their form.
 */
export class NatsPeers<Command, Event, Refusal extends Refused> implements Peers<Command, Event, Refusal> {
  readonly self = newId();
  readonly #options: NatsPeersOptions;
  readonly #subject: string;
  /** What was asked lately, and when: NATS brings a message once, but somebody else might bring it again. */
  readonly #asked = new Map<string, number>();

  constructor(options: NatsPeersOptions) {
    this.#options = options;
    this.#subject = `rollcall.access.v${version}.${options.stream}`;
  }

  poke(poke: Poke<Event>): void {
    const { bus, messages } = this.#options;
    if (!bus.connected) return;
    try {
      const whole = messages.seal(this.#pokes, poke);
      const sent = this.#fits(whole) ? whole : messages.seal(this.#pokes, { ...poke, entries: [] });
      bus.connection.publish(this.#pokes, sent);
    } catch (error) {
      this.#unheard(error);
    }
  }

  async forward(to: string, commands: readonly Command[]): Promise<readonly Outcome<Refusal>[]> {
    const { bus, messages } = this.#options;
    const subject = this.#commandsTo(to);
    const asked: ForwardedCommands<Command> = { at: Date.now(), nonce: newId(), commands };
    const request = messages.seal(subject, asked);
    if (!bus.connected || !this.#fits(request)) throw new Error('the commands cannot be sent');
    const reply = await bus.connection.request(subject, request, { timeout: 1_000 });
    const outcomes = messages.open(reply.subject, reply.data);
    if (!Array.isArray(outcomes)) throw new Error('an answer that is not from a replica');
    return outcomes;
  }

  listen(listener: PeerListener<Command, Event, Refusal>): () => void {
    const { bus, messages, log } = this.#options;
    const subscriptions: Subscription[] = [];
    const subscribe = (subject: string, take: (message: Msg) => void): void => {
      const callback = (error: Error | null, message: Msg): void => {
        // An exception here would reach the connection's own code.
        try {
          if (!error) take(message);
        } catch (cause) {
          this.#unheard(cause);
        }
      };
      subscriptions.push(bus.connection.subscribe(subject, { callback }));
    };
    const follow = new Worker({
      name: 'access-peers',
      idleMilliseconds: 250,
      log,
      round: async () => {
        // Subscriptions outlive reconnects by themselves.
        if (!bus.connected || (subscriptions.length > 0 && subscriptions.every((one) => !one.isClosed()))) return false;
        for (const one of subscriptions.splice(0)) one.unsubscribe();
        subscribe(this.#pokes, ({ data }) => {
          // Only replicas can seal one, and they have its form from here.
          const poke = messages.open(this.#pokes, data) as Poke<Event> | undefined;
          if (poke) listener.poked(poke);
        });
        subscribe(this.#commandsTo(this.self), (message) => this.#decideFor(message, listener));
        return false;
      },
    });
    follow.start();
    return () => {
      void follow.stop();
      for (const one of subscriptions) one.unsubscribe();
    };
  }

  #decideFor(message: Msg, listener: PeerListener<Command, Event, Refusal>): void {
    const { messages } = this.#options;
    const { reply } = message;
    // As above.
    const asked = messages.open(message.subject, message.data) as ForwardedCommands<Command> | undefined;
    if (!asked || !reply || Math.abs(Date.now() - asked.at) > forwardedForMs || this.#isRepeated(message)) return;
    listener
      .forwarded(asked.commands)
      .then((outcomes) => message.respond(messages.seal(reply, outcomes.map(tellable))))
      .catch((error: unknown) => this.#unheard(error));
  }

  #isRepeated({ data }: Msg): boolean {
    const seal = sealOf(data);
    const now = performance.now();
    // Oldest first. Twice as long: clocks that differ make a message good for longer.
    for (const [other, at] of this.#asked) {
      if (now - at <= 2 * forwardedForMs) break;
      this.#asked.delete(other);
    }
    if (this.#asked.has(seal)) return true;
    this.#asked.set(seal, now);
    return false;
  }

  get #pokes(): string {
    return `${this.#subject}.pokes`;
  }

  #commandsTo(replica: string): string {
    return `${this.#subject}.commands.${replica}`;
  }

  #fits(message: Uint8Array): boolean {
    return message.length <= (this.#options.bus.connection.info?.max_payload ?? 0);
  }

  /** What is told is in the log, and whoever asks asks again: nothing is lost but time. */
  #unheard(error: unknown): void {
    this.#options.log.debug({ err: error }, 'replicas of the access log do not hear each other');
  }
}

/** Why something failed is told in words: errors do not travel. */
const tellable = <Refusal extends Refused>(outcome: Outcome<Refusal>): Outcome<Refusal> =>
  outcome.status === 'failed' ? { status: 'failed', cause: String(outcome.cause) } : outcome;
