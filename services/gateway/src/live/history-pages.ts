import type { AccessFeed } from './access-feed.ts';
import { ToldEntry } from './told-entry.ts';

export interface HistoryPage {
  readonly entries: readonly ToldEntry[];
  readonly epoch: number;
}

const pageSize = 500;
const maximumAtOnce = 4;

/**
 * Reads the past for everybody: the same page once for all who wait for it, and few at a time, so that a crowd that
 * comes back does not keep the owner from its work.
 */
export class HistoryPages {
  readonly #feed: Pick<AccessFeed, 'history'>;
  readonly #underWay = new Map<number, Promise<HistoryPage>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(feed: Pick<AccessFeed, 'history'>) {
    this.#feed = feed;
  }

  after(position: number): Promise<HistoryPage> {
    const known = this.#underWay.get(position);
    if (known) return known;
    const page = this.#read(position).finally(() => this.#underWay.delete(position));
    this.#underWay.set(position, page);
    return page;
  }

  async #read(position: number): Promise<HistoryPage> {
    while (this.#running >= maximumAtOnce) await new Promise<void>((free) => this.#waiting.push(free));
    this.#running++;
    try {
      const { entries, epoch } = await this.#feed.history(position, pageSize);
      return { entries: entries.map((entry) => new ToldEntry(entry, epoch)), epoch };
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
