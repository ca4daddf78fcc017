import type { Tuple } from '@rollcall/authorization/tuple';
import { connect } from '@rollcall/database/connect';
import { beforeFirst, type Head } from '@rollcall/event-store/log';
import { isRefusal } from '@rollcall/types/problems';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { edgesOf } from '../domain/evolve.ts';
import { engineTuple } from '../domain/graph-changes.ts';
import { LiveGraph } from '../live-graph.ts';
import type { Moment } from '../moment.ts';
import { Past } from '../past/past.ts';
import { coreStream } from '../store/access-stream.ts';
import { edgeQueries } from '../store/edge-queries.ts';
import { logQueries } from '../store/log-queries.ts';
import { postgresLog } from '../store/postgres-log.ts';
import { largeLog, largeLogOf } from './large-log.ts';

/**
 * Questions about the past for `infra/bench`, in a process of its own: fills a log, and tells in milliseconds how long
 * half of the checks at some revision took at most, and all but a hundredth of them, each round's.
 */
const { DATABASE_URL = '', SCALE = '1' } = process.env;
const rounds = 5;
const checksARound = 300;
const appendedAtOnce = 2_000;

const by = Number(SCALE);
const { users, organizations, teams, projects } = largeLog;
const size = { users: users * by, organizations: organizations * by, teams: teams * by, projects: projects * by };

/** A tuple that held from a position on. */
interface Held {
  readonly tuple: Tuple;
  readonly from: number;
}

const { sql, close } = connect({ url: DATABASE_URL, name: 'bench' });
const log = postgresLog(sql, coreStream);

const fill = async (entries: Iterable<RecordedAccessEvent>): Promise<{ held: readonly Held[]; revision: number }> => {
  const { epoch } = await log.read(1, 1);
  const held: Held[] = [];
  let [head, headAt]: [Head, number] = [beforeFirst, 0];
  let batch: RecordedAccessEvent[] = [];
  const append = async () => {
    const appended = await log.append({ epoch, head, headAt, proposed: batch });
    if (appended.status !== 'appended') throw new Error(`an append came to ${appended.status}`);
    headAt = appended.at;
    head = { position: head.position + batch.length, id: batch.at(-1)?.id ?? null };
    if (head.position % 100_000 === 0) console.error(`${head.position} events are in the log`);
    batch = [];
  };
  for (const entry of entries) {
    batch.push(entry);
    if (entry.position % 97 === 0) {
      for (const { terms, ...edge } of edgesOf(entry.event)) {
        const isOfUser = edge.subject.startsWith('user:') && terms !== null;
        if (isOfUser) held.push({ tuple: engineTuple(edge), from: entry.position });
      }
    }
    if (batch.length === appendedAtOnce) await append();
  }
  if (batch.length > 0) await append();
  return { held, revision: head.position };
};

const { held, revision } = await fill(largeLogOf(size));
const past = new Past(edgeQueries(sql, coreStream), logQueries(sql, coreStream));
const present: Moment = {
  graph: new LiveGraph().present,
  revision,
  now: Date.now(),
  origins: async () => () => null,
};

const timed = async ({ tuple: { user, relation, object }, from }: Held): Promise<number> => {
  const began = performance.now();
  const moment = await past.at(from, { user, object }, present);
  if (isRefusal(moment)) throw new Error('a moment was refused');
  if (!moment.graph.check(user, relation, object, moment.now)) throw new Error('a tuple was lost');
  return performance.now() - began;
};

const figures: Record<'p50' | 'p99', number[]> = { p50: [], p99: [] };
for (let round = 0; round <= rounds; round++) {
  const times: number[] = [];
  for (let n = 0; n < checksARound; n++) {
    const one = held[((round * checksARound + n) * 31) % held.length];
    if (one) times.push(await timed(one));
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  console.error(`round ${round} of ${rounds}: p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`);
  if (round === 0) continue;
  figures.p50.push(at(0.5));
  figures.p99.push(at(0.99));
}
await close();
process.send?.({ ...figures, events: revision });
