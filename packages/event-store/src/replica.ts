import type { Decider, Refused } from './decider.ts';
import { beforeFirst, type Head, type Log, type Page, type Recorded } from './log.ts';
import { RecentCommands } from './recent-commands.ts';
import { RecentEntries } from './recent-entries.ts';
import type { Snapshot } from './snapshot.ts';

/** The log no longer has what this replica took from it: its tail was lost by a failover or a restore. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/** The part of a decider that folds. */
export type Fold<State, Event> = Pick<Decider<State, never, Event, Refused>, 'initialState' | 'evolve'>;

/** How many of the newest a replica remembers. */
export interface Memory {
  readonly recentCommands: number;
  readonly recentEntries: number;
}

/**
 * The live state of one stream: the fold of what is committed, and of nothing else.
 */
export class Replica<State, Event> {
  #state: State;
  #head: Head;
  #at: number;
  #epoch: number;
  readonly #fold: Fold<State, Event>;
  readonly #recent: RecentCommands;
  readonly #past: RecentEntries<Event>;

  /** @param snapshot where to begin; from the first event unless told. The first page shows whether it is of this log. */
  constructor(fold: Fold<State, Event>, memory: Memory, snapshot?: Snapshot<State>) {
    this.#fold = fold;
    this.#recent = new RecentCommands(memory.recentCommands, snapshot?.recentCommands);
    this.#past = new RecentEntries(memory.recentEntries);
    this.#state = snapshot ? snapshot.state : fold.initialState();
    this.#head = snapshot?.head ?? beforeFirst;
    this.#at = snapshot?.at ?? 0;
    this.#epoch = snapshot?.epoch ?? 0;
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

  /** The history that the head is of; 0 before anything was read. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The newest commands. */
  get recent(): Pick<RecentCommands, 'positionOf'> {
    return this.#recent;
  }

  /** The newest entries. */
  get past(): Pick<RecentEntries<Event>, 'after'> {
    return this.#past;
  }

  snapshot(): Snapshot<State> {
    const recentCommands = this.#recent.list();
    return { state: this.#state, head: this.#head, at: this.#at, epoch: this.#epoch, recentCommands };
  }

  /** Takes the next entries. Throws {@link Diverged} if they do not follow on from what it has. */
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
   * Takes a page that was read from this replica's head on (see {@link readFrom}) and returns what was new in it.
   * Throws {@link Diverged} if the log does not have the newest event at its position, or is back in an earlier epoch.
   * A later epoch alone is none of that: what was lost lay behind this head.
   */
  take({ epoch, entries }: Page<Event>): readonly Recorded<Event>[] {
    if (epoch < this.#epoch) throw new Diverged(`epoch ${epoch} after ${this.#epoch}`);
    const news = this.#head.position === 0 ? entries : this.#afterHead(entries);
    this.#epoch = epoch;
    this.evolve(news);
    return news;
  }

  /** Where to read on: row P once more, because its presence is the only proof that P+1 follows on from what is here. */
  get readFrom(): number {
    return Math.max(1, this.#head.position);
  }

  /** Reads and takes all that is new, telling `recorded` of it page by page. Throws {@link Diverged} as `take` does. */
  async catchUp(
    log: Pick<Log<Event>, 'read'>,
    pageSize: number,
    recorded: (entries: readonly Recorded<Event>[]) => void,
  ): Promise<void> {
    for (;;) {
      const page = await log.read(this.readFrom, pageSize);
      const news = this.take(page);
      if (news.length > 0) recorded(news);
      if (page.entries.length < pageSize) return;
    }
  }

  #afterHead(page: readonly Recorded<Event>[]): readonly Recorded<Event>[] {
    const [known, ...news] = page;
    if (known?.position !== this.#head.position || known.id !== this.#head.id || known.at !== this.#at) {
      throw new Diverged(`position ${this.#head.position} is missing or another event`);
    }
    return news;
  }
}
