import { createHash } from 'node:crypto';
import { Graph } from '@rollcall/authorization/graph';
import { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { Model } from '@rollcall/authorization/model';
import { readModelJson } from '@rollcall/authorization/model-definition';
import { PositionWaiters, type Reached } from '@rollcall/event-store/reached';
import type { Timing } from '@rollcall/event-store/timing';
import { widerPermission } from '@rollcall/types/permissions';
import type { AnswerOf } from '@rollcall/types/route-definition';
import type { readAccessChanges, readAccessGraph } from '@rollcall/types/routes/role-permission/replication';
import type { AccessEntry, AccessReading } from '../live/access-feed.ts';

/** What is older than this is not relied on: nothing is allowed from it. */
const boundMilliseconds = 1_000;

export type Changes = AnswerOf<typeof readAccessChanges>['body'];
export type WholeGraph = AnswerOf<typeof readAccessGraph>['body'];

/** Where in the access log something stands. */
export interface Standing {
  readonly epoch: number;
  readonly revision: number;
}

/** The graph as the owner had it, and which event of which history was the newest then. */
interface Held extends Standing {
  readonly graph: GuardedGraph;
  readonly place: string;
  /** When that event was appended, in milliseconds since 1970. */
  readonly at: number;
  readonly modelDigest: string;
  /** Since when, on the clock that only runs forward, this revision is here. */
  readonly since: number;
}

/**
 * - `current`: nothing was missing when the question was asked.
 * - `more`: there is more than came in one answer.
 * - `old`: from a replica of the owner that knows less than is known here; it changes nothing.
 * - `reload`: the graph has to be loaded as a whole.
 */
export type Taken = 'current' | 'more' | 'old' | 'reload';

export interface AccessReplicaOptions {
  readonly timing: Timing;
  /** Told of what no caller gets to see. */
  readonly report: (error: unknown, doing: string) => void;
}

/**
 * The graph of rights as the owner's answers tell it. Nothing else is believed, nothing that is known is unlearned,
 * and nothing is read from it once it may be older than a second.
 *
 * An answer may come from any replica of the owner. What it says of the log was so when the question was sent, less the
 * age that the answer gives itself: from then on this counts as contact. One that has less than is here came from a
 * replica that lags behind and changes nothing; but one that has less, and knew all of the log *after* what is here came
 * here, shows that the log has lost something, which is then lost here too. So does a higher epoch, and an event other
 * than ours at our position.
 */
export class AccessReplica {
  readonly #timing: Timing;
  readonly #report: AccessReplicaOptions['report'];
  readonly #waiters: PositionWaiters;
  readonly #entryListeners = new Set<(entries: readonly AccessEntry[]) => void>();
  readonly #reloadListeners = new Set<() => void>();
  #held: Held | undefined;
  /** Nothing before it is taken, whoever says it. */
  #floor: Standing & Pick<Held, 'since'> = { epoch: 0, revision: 0, since: Number.NEGATIVE_INFINITY };
  #contactAt = Number.NEGATIVE_INFINITY;
  #hasLoaded = false;

  constructor({ timing, report }: AccessReplicaOptions) {
    this.#timing = timing;
    this.#report = report;
    this.#waiters = new PositionWaiters(timing);
  }

  /** The present, or undefined while it is not known. */
  get reading(): AccessReading | undefined {
    return this.age > boundMilliseconds ? undefined : this.latest;
  }

  /** What is known last, however long ago; undefined before anything was. */
  get latest(): AccessReading | undefined {
    const held = this.#held;
    if (!held) return undefined;
    const { graph, revision, epoch, at } = held;
    return { graph, revision, epoch, now: Math.max(this.#timing.now(), at) };
  }

  /** Milliseconds since it was known that nothing was missing here. */
  get age(): number {
    return this.#timing.elapsed() - this.#contactAt;
  }

  /** What to ask on from; undefined when there is nothing to build upon. */
  get place(): (Standing & Pick<Held, 'place'>) | undefined {
    return this.#held;
  }

  /** Waits until a position is here, of a history or of the present one. */
  reached(position: number, epoch: number | undefined, milliseconds: number): Promise<Reached> {
    return this.#waiters.wait(position, epoch, milliseconds, () => this.#standing);
  }

  /** Tells of every entry from now on, in order, each once, after the graph has it. */
  onEntries(listener: (entries: readonly AccessEntry[]) => void): () => void {
    this.#entryListeners.add(listener);
    return () => this.#entryListeners.delete(listener);
  }

  /** Tells when the graph was loaded anew, so that entries may have been missed. */
  onReload(listener: () => void): () => void {
    this.#reloadListeners.add(listener);
    return () => this.#reloadListeners.delete(listener);
  }

  /** @param sentAt when it was asked for, on the clock that only runs forward */
  takeChanges(changes: Changes, sentAt: number): Taken {
    const held = this.#held;
    if (!held) return 'reload';
    const age = this.#compare(changes, sentAt - changes.age);
    if (age === 'old') return 'old';
    if (age === 'lost') {
      // What is here is of a history that is over.
      this.#drop({ epoch: changes.epoch, revision: 0, since: Number.NEGATIVE_INFINITY });
      return 'reload';
    }
    // Until it is loaded, what is here is as right as it was, for as long as it is fresh.
    if (changes.reload || changes.modelDigest !== held.modelDigest) return 'reload';
    return this.#evolve(held, changes, sentAt);
  }

  /**
   * @returns false when it is older than what is known here
   * @throws when it is damaged
   */
  takeGraph(whole: WholeGraph, sentAt: number): boolean {
    const age = this.#compare(whole, sentAt - whole.age);
    if (age === 'old') return false;
    const { epoch, revision, place, at, modelDigest } = whole;
    const graph = readGraph(whole);
    // What was known of another history says nothing of this one.
    if (age === 'lost') this.#contactAt = Number.NEGATIVE_INFINITY;
    this.#hold({ epoch, revision, place, at, modelDigest, graph, since: this.#timing.elapsed() });
    this.#contact(sentAt - whole.age);
    if (this.#hasLoaded) this.#tell(this.#reloadListeners, undefined);
    this.#hasLoaded = true;
    return true;
  }

  /** @param knewAt when whoever says it knew all of the log */
  #compare({ epoch, revision }: Standing, knewAt: number): 'old' | 'lost' | 'ahead' {
    const floor = this.#floor;
    if (epoch !== floor.epoch) return epoch < floor.epoch ? 'old' : 'lost';
    if (revision >= floor.revision) return 'ahead';
    return knewAt > floor.since ? 'lost' : 'old';
  }

  #evolve(held: Held, changes: Changes, sentAt: number): Taken {
    const { entries, revision: head, place, at } = changes;
    const follows = entries.every(({ event }, index) => event.position === held.revision + 1 + index);
    if (!follows || (entries.length === 0 && head > held.revision)) {
      this.#report(new Error(`what came does not follow revision ${held.revision}`), 'following the access log');
      this.#drop(this.#floor);
      return 'reload';
    }
    if (entries.length > 0) {
      try {
        held.graph.apply(changes.changes);
      } catch (error) {
        // Some of it may have been applied.
        this.#report(error, 'following the access log');
        this.#drop(this.#floor);
        return 'reload';
      }
      const revision = held.revision + entries.length;
      this.#hold({ ...held, revision, place, at: Math.max(held.at, at), since: this.#timing.elapsed() });
    }
    const isCurrent = held.revision + entries.length >= head;
    if (isCurrent) this.#contact(sentAt - changes.age);
    if (entries.length > 0) this.#tell(this.#entryListeners, entries);
    return isCurrent ? 'current' : 'more';
  }

  #hold(held: Held): void {
    this.#held = held;
    this.#floor = held;
    this.#waiters.moved({ position: held.revision, epoch: held.epoch });
  }

  #drop(floor: Standing & Pick<Held, 'since'>): void {
    this.#held = undefined;
    this.#floor = floor;
    this.#contactAt = Number.NEGATIVE_INFINITY;
  }

  #contact(at: number): void {
    this.#contactAt = Math.max(this.#contactAt, at);
  }

  get #standing(): { readonly position: number; readonly epoch: number } | undefined {
    return this.#held && { position: this.#held.revision, epoch: this.#held.epoch };
  }

  /** What listeners do with the news must not keep it from anybody else. */
  #tell<News>(listeners: ReadonlySet<(news: News) => void>, news: News): void {
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#report(error, 'telling of the access log');
      }
    }
  }
}

const readGraph = ({ model, snapshot, barred, epoch, revision }: WholeGraph): GuardedGraph => {
  const bytes = Buffer.from(snapshot, 'base64');
  const { graph, mark } = Graph.fromSnapshot(Model.from(readModelJson(JSON.parse(model))), bytes, sha256);
  if (mark.revision !== revision || mark.epoch !== String(epoch))
    throw new Error('the snapshot is of another revision');
  return new GuardedGraph(graph, { barred, standIn: widerPermission });
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
