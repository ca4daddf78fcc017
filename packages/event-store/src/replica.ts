import type { Decider, Refused } from './decider.ts';
import { beforeFirst, type Head, type Log, type Recorded } from './log.ts';
import type { RecentCommands } from './recent-commands.ts';
import { RecentEntries } from './recent-entries.ts';

/** The log no longer has what this replica took from it: its tail was lost by a failover or a restore. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/** The part of a decider that folds. */
export type Fold<State, Event> = Pick<Decider<State, never, Event, Refused>, 'initialState' | 'evolve'>;

/**
 * The live state of one stream: the fold of what is committed, and of nothing else.
 */
export class Replica<State, Event> {
  #state: State;
  #head: Head = beforeFirst;
  #at = 0;
  readonly #fold: Fold<State, Event>;
  readonly #recent: RecentCommands;
  readonly #past: RecentEntries<Event>;

  /** @param remembered how many of the newest entries can be looked back upon */
  constructor(fold: Fold<State, Event>, recent: RecentCommands, remembered: number) {
    this.#fold = fold;
    this.#recent = recent;
    this.#past = new RecentEntries(remembered);
    this.#state = fold.initialState();
  }

  get state(): State {
    return this.#state;
  }

  get head(): Head {
    return this.#head;
  }

  /** When the newest event was appended, by the log's clock. */
  get at(): number {
    return this.#at;
  }

  /** The newest entries. */
  get past(): Pick<RecentEntries<Event>, 'after'> {
    return this.#past;
  }

  /** Takes the next events. Throws {@link Diverged} if they do not follow on from what it has. */
  evolve(entries: readonly Recorded<Event>[]): void {
    for (const entry of entries) {
      if (entry.position !== this.#head.position + 1) {
        throw new Diverged(`position ${entry.position} follows ${this.#head.position}`);
      }
      this.#state = this.#fold.evolve(this.#state, entry);
      this.#head = { position: entry.position, id: entry.id };
      this.#at = Math.max(this.#at, entry.at);
      this.#recent.remember(entry.commandId, entry.position);
      this.#past.remember(entry);
    }
  }

  /**
   * Reads and evolves all that is new, telling `recorded` of it page by page.
   * Throws {@link Diverged} if the log does not have this replica's newest event at its position.
   */
  async catchUp(
    log: Pick<Log<Event>, 'read'>,
    pageSize: number,
    recorded: (entries: readonly Recorded<Event>[]) => void,
  ): Promise<void> {
    for (;;) {
      // Row P is read again on purpose: its presence is the only proof that P+1 follows on from what is here.
      const page = await log.read(Math.max(1, this.#head.position), pageSize);
      const news = this.#head.position === 0 ? page : this.#afterHead(page);
      this.evolve(news);
      if (news.length > 0) recorded(news);
      if (page.length < pageSize) return;
    }
  }

  #afterHead(page: readonly Recorded<Event>[]): readonly Recorded<Event>[] {
    const [known, ...news] = page;
    if (known?.position !== this.#head.position || known.id !== this.#head.id) {
      throw new Diverged(`position ${this.#head.position} is missing or another event`);
    }
    return news;
  }
}
