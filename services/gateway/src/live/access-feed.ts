import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import type { Concern } from '@rollcall/types/access-sight';
import type { accessEvent } from '@rollcall/types/routes/role-permission/shared';
import type { z } from 'zod';

type AccessEvent = z.infer<typeof accessEvent>;

/** An event of the access log and whom it concerns. */
export interface AccessEntry {
  readonly event: AccessEvent;
  readonly concern: Concern;
}

/** The present, as this replica knows it. */
export interface AccessReading {
  readonly graph: Pick<GuardedGraph, 'check' | 'listObjects' | 'allows' | 'barred' | 'graph'>;
  readonly revision: number;
  readonly epoch: number;
  readonly now: number;
}

export interface AccessHistory {
  readonly entries: readonly AccessEntry[];
  readonly epoch: number;
  readonly revision: number;
}

/** The access log as it goes on, its present, and its past. */
export interface AccessFeed {
  /** What is known last, however long ago; undefined before anything was. */
  readonly latest: AccessReading | undefined;
  /** Undefined while the present is not known. */
  readonly reading: AccessReading | undefined;
  /** Of every entry from now on, in order, each once, after the graph has it. */
  onEntries(listener: (entries: readonly AccessEntry[]) => void): () => void;
  /** The log is another one, or some of it was missed: whoever watches is to come back with their last position. */
  onReload(listener: () => void): () => void;
  /** Older entries, from the owner’s database. */
  history(after: number, limit: number): Promise<AccessHistory>;
}
