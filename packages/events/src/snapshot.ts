import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import { type Envelope, sourceOf } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import type { EventTables } from './event-tables.ts';
import { advance, lockSubjects, parkedOf } from './inbox.ts';
import { takeIn } from './intake.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import { runReaction } from './run-reaction.ts';

export interface SnapshotPage {
  /** After this subject, in the order of subjects; null for the first page. */
  readonly after: string | null;
  /** Of this subject only; null for all. */
  readonly subject: string | null;
  readonly limit: number;
}

/**
 * What stands of a service's subjects now, for consumers that come when the events that led there are not kept any more:
 * of each subject one event that says it, with the sequence of the subject's last event.
 */
export interface SnapshotSource {
  read(page: SnapshotPage): Promise<readonly Envelope[]>;
}

/** Asks a source for a page of its snapshot. */
export type RequestSnapshot = (
  source: StatefulService,
  page: Pick<SnapshotPage, 'after' | 'subject'>,
) => Promise<{ readonly items: readonly Envelope[]; readonly next: string | null }>;

export interface SnapshotReaderOptions {
  readonly source: StatefulService;
  readonly reactions: readonly Reaction[];
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly personal: PersonalData;
  readonly requestSnapshot: RequestSnapshot;
  readonly log: Logger;
}

/** Brings a consumer up to where its source stands, where the way there is not kept any more. */
export class SnapshotReader {
  readonly #options: SnapshotReaderOptions;
  /** Reactions that may be run for what stands, and not only for what happens. */
  readonly #restoring: ReadonlyMap<string, Reaction>;

  constructor(options: SnapshotReaderOptions) {
    this.#options = options;
    const restoring = options.reactions.filter(({ restores }) => restores);
    this.#restoring = new Map(restoring.map((reaction) => [reaction.definition.type, reaction]));
  }

  /** Takes in all that the source has, if this consumer keeps any of it. May be broken off and begun again. */
  async readAll(signal: AbortSignal): Promise<void> {
    if (this.#restoring.size === 0) return;
    const { source, requestSnapshot, log } = this.#options;
    let subjects = 0;
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<RequestSnapshot>> = await requestSnapshot(source, { after, subject: null });
      for (const event of page.items) await this.#takeIn(event);
      subjects += page.items.length;
      after = page.next;
    } while (after !== null && !signal.aborted);
    if (subjects > 0) log.info({ source, subjects }, 'read what stood before this consumer came');
  }

  /** The events of a subject before `firstKept` are gone for good: takes in what came of them, or passes them over. */
  async passOver(subject: string, firstKept: number): Promise<void> {
    const { source, requestSnapshot, log } = this.#options;
    if (this.#restoring.size > 0) {
      const { items } = await requestSnapshot(source, { after: null, subject });
      for (const event of items) await this.#takeIn(event);
    }
    if (await this.#advanceTo(subject, firstKept - 1)) {
      log.error(
        { source, subject, firstKept },
        'earlier events of a subject are not kept any more: they are passed over',
      );
    }
  }

  async #takeIn(event: Envelope): Promise<void> {
    const { connection, tables, personal } = this.#options;
    // Opened before anything is locked.
    const incoming = await takeIn(event, this.#restoring, personal);
    if (incoming.defect !== undefined)
      throw new Error(`a snapshot holds an event that cannot be read: ${incoming.defect}`);
    await connection.db.transaction(async (tx) => {
      const reached = await lockSubjects(tx, tables, event.source, [event.subject]);
      if ((reached.get(event.subject) ?? 0) >= event.subjectsequence) return;
      // What is parked waits for somebody to look at it.
      if ((await parkedOf(tx, tables, event.source, event.subject)).length > 0) return;
      await runReaction(incoming, tx, tables);
      await advance(tx, tables, event.source, reached, new Map([[event.subject, event.subjectsequence]]));
    });
  }

  async #advanceTo(subject: string, sequence: number): Promise<boolean> {
    const { connection, tables, source } = this.#options;
    return connection.db.transaction(async (tx) => {
      const reached = await lockSubjects(tx, tables, sourceOf(source), [subject]);
      if ((reached.get(subject) ?? 0) >= sequence) return false;
      await advance(tx, tables, sourceOf(source), reached, new Map([[subject, sequence]]));
      return true;
    });
  }
}
