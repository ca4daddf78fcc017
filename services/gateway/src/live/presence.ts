import { newId } from '@rollcall/service-kit/identity';
import type { Channel } from './channel.ts';
import { DistantViewers } from './distant-viewers.ts';
import { maximumChannelsTold, maximumNamed, type PresenceMessage } from './presence-message.ts';
import type { PresenceRoad } from './presence-road.ts';

const repeatMilliseconds = 2_000;

/** One who wants to know who else watches a channel. */
export interface PresenceListener {
  readonly userId: string;
  readonly channel: Channel;
  /** Some of the others by id, and how many there are. */
  tellPresence(users: readonly string[], count: number): void;
}

export interface PresenceOptions {
  readonly road: PresenceRoad;
  /** May this person be told and be named there at present? Undefined while that is not known. */
  readonly counts: (userId: string, channel: Channel) => boolean | undefined;
  readonly clock?: () => number;
}

/**
 * Who watches which channel, here and at the other replicas of the gateway. A courtesy, on which nothing rests: what other
 * replicas say is believed, but nobody is named, nor told, who may not watch.
 */
export class Presence {
  readonly #gateway = newId();
  readonly #options: PresenceOptions;
  readonly #clock: () => number;
  /** By channel the people here, and how many times each watches. */
  readonly #here = new Map<string, Map<string, number>>();
  readonly #distant = new DistantViewers();
  /** What each listener was told last. */
  readonly #listeners = new Map<PresenceListener, string | undefined>();
  readonly #changed = new Set<string>();
  #repeatedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  enter(userId: string, { name }: Channel): void {
    const there = this.#here.get(name) ?? new Map<string, number>();
    this.#here.set(name, there.set(userId, (there.get(userId) ?? 0) + 1));
    this.#changed.add(name);
  }

  leave(userId: string, { name }: Channel): void {
    const there = this.#here.get(name);
    const times = there?.get(userId) ?? 0;
    if (times > 1) there?.set(userId, times - 1);
    else if (there?.delete(userId) && there.size === 0) this.#here.delete(name);
    this.#changed.add(name);
  }

  /** Tells who is there, and from then on of every change. */
  listen(listener: PresenceListener): void {
    this.#listeners.set(listener, undefined);
    this.#tell(listener, new Map());
  }

  unlisten(listener: PresenceListener): void {
    this.#listeners.delete(listener);
  }

  /** Tells of what has changed since the last time, in one message for all that did. */
  tick(): void {
    const now = this.#clock();
    this.#options.road.follow((message) => this.#take(message));
    this.#distant.forgetOld(now);
    const isTime = now - this.#repeatedAt >= repeatMilliseconds;
    if (isTime) this.#repeatedAt = now;
    this.#tellOthers(isTime ? new Set([...this.#here.keys(), ...this.#changed]) : this.#changed);
    this.#changed.clear();
    const known = new Map<string, readonly string[]>();
    for (const listener of this.#listeners.keys()) this.#tell(listener, known);
  }

  stop(): void {
    this.#options.road.stop();
  }

  #take(message: PresenceMessage): void {
    if (message.gateway !== this.#gateway) this.#distant.take(message, this.#clock());
  }

  #tellOthers(names: ReadonlySet<string>): void {
    const told = Array.from(names, (name) => {
      return [name, [...(this.#here.get(name)?.keys() ?? [])].slice(0, maximumNamed)] as const;
    });
    for (let from = 0; from < told.length; from += maximumChannelsTold) {
      const channels = Object.fromEntries(told.slice(from, from + maximumChannelsTold));
      this.#options.road.tell({ gateway: this.#gateway, channels });
    }
  }

  /** @param known by channel who is there, as far as that was found out just now */
  #tell(listener: PresenceListener, known: Map<string, readonly string[]>): void {
    const { userId, channel } = listener;
    const isTold = this.#options.counts(userId, channel);
    if (isTold === undefined) return;
    const there = known.get(channel.name) ?? this.#watching(channel);
    known.set(channel.name, there);
    const others = isTold ? there.filter((other) => other !== userId) : [];
    const named = others.slice(0, maximumNamed);
    const text = JSON.stringify([named, others.length]);
    if (this.#listeners.get(listener) === text) return;
    this.#listeners.set(listener, text);
    listener.tellPresence(named, others.length);
  }

  #watching(channel: Channel): readonly string[] {
    const here = this.#here.get(channel.name)?.keys() ?? [];
    const all = new Set([...here, ...this.#distant.of(channel.name)]);
    return [...all].filter((userId) => this.#options.counts(userId, channel) === true).sort();
  }
}
