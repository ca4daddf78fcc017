import { Sight } from '@rollcall/types/access-sight';
import type { AccessEntry, AccessFeed, AccessReading } from './access-feed.ts';
import { type Channel, channelsOf } from './channel.ts';
import { type HistoryPage, HistoryPages } from './history-pages.ts';
import { RecentEntries } from './recent-entries.ts';
import { ToldEntry } from './told-entry.ts';

/** Entries held back before everybody is sent away, to come back with the last `resume`. */
const maximumHeld = 10_000;
const kept = 2_000;
const sweepMilliseconds = 50;

/** One who watches a channel of the access log. */
export interface Watcher {
  readonly userId: string;
  readonly channel: Channel;
  /** Ends it if its right has ended. @returns whether it goes on */
  judge(sight: Sight): boolean;
  /** Shows an entry of its channel, if it has not been there yet and may be seen. */
  offer(entry: ToldEntry, sight: Sight): void;
  /** Not everything can be shown here: it is to come back with its last position. */
  sendAway(): void;
}

export interface AccessWatchOptions {
  readonly feed: AccessFeed;
  /** May anything be shown just now? Not while it is unknown whose session has ended. */
  readonly mayShow: () => boolean;
  readonly clock?: () => number;
}

/**
 * Everybody who watches the access log. Each entry is shown in order and once, judged by the present as it is then; while
 * the present is not known it is held back. Whose right has ended is gone before anything later is shown.
 */
export class AccessWatch {
  readonly #feed: AccessFeed;
  readonly #mayShow: () => boolean;
  readonly #clock: () => number;
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #recent = new RecentEntries(kept);
  readonly #pages: HistoryPages;
  readonly #unsubscribe: readonly (() => void)[];
  #held: AccessEntry[] = [];
  /** The last entry that was shown to all who watched. */
  #shown: number | undefined;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor({ feed, mayShow, clock = () => performance.now() }: AccessWatchOptions) {
    this.#feed = feed;
    this.#mayShow = mayShow;
    this.#clock = clock;
    this.#pages = new HistoryPages(feed);
    this.#unsubscribe = [
      feed.onEntries((entries) => {
        this.#held.push(...entries);
        this.showHeld();
      }),
      feed.onReload(() => this.#reload()),
    ];
  }

  stop(): void {
    for (const stop of this.#unsubscribe) stop();
  }

  join(watcher: Watcher): void {
    const { name } = watcher.channel;
    this.#watchers.set(name, (this.#watchers.get(name) ?? new Set()).add(watcher));
  }

  leave(watcher: Watcher): void {
    const { name } = watcher.channel;
    const there = this.#watchers.get(name);
    there?.delete(watcher);
    if (there?.size === 0) this.#watchers.delete(name);
  }

  /** The present by which may be shown; undefined while it is not known. */
  get reading(): AccessReading | undefined {
    return this.#mayShow() ? this.#feed.reading : undefined;
  }

  /** Whoever has got this far misses nothing of what is still to come. */
  edge({ revision }: AccessReading): number {
    this.#shown ??= revision;
    return this.#shown;
  }

  /** The entries after a position that are still here; undefined if they are not all here. */
  recent(position: number): readonly ToldEntry[] | undefined {
    return this.#recent.after(position);
  }

  /** Some entries after a position. */
  history(position: number): Promise<HistoryPage> {
    return this.#pages.after(position);
  }

  /** Shows what was held back, if that may be now. */
  showHeld(): void {
    const { reading } = this;
    if (reading) this.#show(this.#take(), reading);
    else if (this.#held.length > maximumHeld) this.#reload();
  }

  /** Time passes: rights end with it, and with news that showed nothing to those who lost them. */
  tick(): void {
    this.showHeld();
    const { reading } = this;
    if (reading) this.#sweep(reading);
  }

  #take(): readonly AccessEntry[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #show(entries: readonly AccessEntry[], reading: AccessReading): void {
    const last = entries.at(-1);
    if (!last) return;
    const told = entries.map((entry) => new ToldEntry(entry, reading.epoch));
    this.#recent.add(told);
    const sights = new Map<string, Sight>();
    for (const entry of told) {
      for (const channel of channelsOf(entry.entry)) {
        for (const watcher of this.#watchers.get(channel) ?? []) {
          const sight = sightOf(sights, watcher.userId, reading);
          if (watcher.judge(sight)) watcher.offer(entry, sight);
        }
      }
    }
    this.#shown = last.event.position;
    if (this.#clock() - this.#sweptAt >= sweepMilliseconds) this.#sweep(reading, sights);
  }

  #sweep(reading: AccessReading, sights = new Map<string, Sight>()): void {
    this.#sweptAt = this.#clock();
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) watcher.judge(sightOf(sights, watcher.userId, reading));
    }
  }

  #reload(): void {
    this.#held = [];
    this.#shown = undefined;
    this.#recent.clear();
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.sendAway();
  }
}

const sightOf = (sights: Map<string, Sight>, userId: string, reading: AccessReading): Sight => {
  let sight = sights.get(userId);
  if (!sight) {
    sight = new Sight(userId, reading);
    sights.set(userId, sight);
  }
  return sight;
};
