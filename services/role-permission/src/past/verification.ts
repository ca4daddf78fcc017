import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Reading } from '@rollcall/event-store/command-loop';
import { evolve } from '../domain/evolve.ts';
import { linesOf } from '../domain/fingerprint.ts';
import { type AccessState, initialState } from '../domain/state.ts';
import { tupleOf } from '../domain/tuples.ts';
import type { EdgeQueries } from '../store/edge-queries.ts';
import type { LogQueries } from '../store/log-queries.ts';

export interface Verdict {
  readonly revision: number;
  readonly agrees: boolean;
  /** SHA-256, in hex. */
  readonly stateHash: string;
  readonly replayHash: string;
  readonly edges: { readonly compared: number; readonly missing: number; readonly unexpected: number };
}

export interface Progress {
  readonly replayed: number;
  readonly of: number;
}

interface Sources {
  readonly log: LogQueries;
  readonly edges: EdgeQueries;
}

const pageSize = 5_000;
/** So many lines are hashed before others get their turn. */
const linesAtOnce = 5_000;

/** Replays the log, one replay at a time, and compares it with what is answered from. */
export class Verification {
  readonly #sources: Sources;
  #running: { readonly verdict: Promise<Verdict>; progress: Progress } | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The verdict if it comes within so many milliseconds, or how far it is: whoever asks next gets it. */
  async verdict(reading: Reading<AccessState>, milliseconds: number): Promise<Verdict | Progress> {
    const running = this.#running ?? this.#begin(reading);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), milliseconds);
    });
    try {
      const verdict = await Promise.race([running.verdict, patience]);
      if (verdict && this.#running === running) this.#running = undefined;
      return verdict ?? running.progress;
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #begin({ state, revision }: Reading<AccessState>) {
    const running = {
      progress: { replayed: 0, of: revision },
      verdict: this.#verify(state, revision, (replayed) => {
        running.progress = { replayed, of: revision };
      }),
    };
    // Whoever asks next is told; until then nobody may be there to hear of it.
    running.verdict.catch(() => undefined);
    this.#running = running;
    return running;
  }

  async #verify(state: AccessState, revision: number, replayed: (position: number) => void): Promise<Verdict> {
    const { log } = this.#sources;
    let replay = initialState();
    while (replay.revision < revision) {
      const entries = await log.read(replay.revision + 1, Math.min(pageSize, revision - replay.revision));
      if (entries.length === 0) break;
      for (const entry of entries) replay = evolve(replay, entry);
      replayed(replay.revision);
      await setImmediate();
    }
    const [stateHash, replayHash] = [await hashOf(state), await hashOf(replay)];
    const edges = await this.#compareEdges(state, revision);
    const agrees = stateHash === replayHash && edges.missing === 0 && edges.unexpected === 0;
    return { revision, agrees, stateHash, replayHash, edges };
  }

  /** The edges of a state against those of the table at its revision. */
  async #compareEdges({ edges: held }: AccessState, revision: number): Promise<Verdict['edges']> {
    let [compared, matched] = [0, 0];
    for (let page = await this.#sources.edges.page(revision, undefined, pageSize); page.length > 0; ) {
      compared += page.length;
      matched += page.filter((life) => isSame(held.get(life)?.validUntil, life.validUntil)).length;
      page = page.length < pageSize ? [] : await this.#sources.edges.page(revision, page.at(-1), pageSize);
    }
    let size = 0;
    for (const [text] of held.entries()) if (tupleOf(text)) size++;
    return { compared, missing: size - matched, unexpected: compared - matched };
  }
}

/** Times are kept as they were asked for, and in the table to the millisecond. */
const isSame = (held: string | null | undefined, stored: string | null): boolean =>
  held === undefined
    ? false
    : held === null || stored === null
      ? held === stored
      : Date.parse(held) === Date.parse(stored);

const hashOf = async (state: AccessState): Promise<string> => {
  const hash = createHash('sha256');
  let lines = 0;
  for (const line of linesOf(state)) {
    hash.update(line).update('\n');
    if (++lines % linesAtOnce === 0) await setImmediate();
  }
  return hash.digest('hex');
};
