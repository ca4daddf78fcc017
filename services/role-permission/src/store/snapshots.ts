import { withFreeAdvisoryLock } from '@rollcall/database/advisory-lock';
import type { Snapshot, Snapshots } from '@rollcall/event-store/snapshot';
import type { Sql, TransactionSql } from 'postgres';
import type { AccessState } from '../domain/state.ts';
import { Damaged } from './sections.ts';
import { read, stateForm, written } from './state-form.ts';
import { pauseEvery } from './turns.ts';

export interface AccessSnapshotsOptions {
  readonly sql: Sql;
  readonly stream: string;
  /** Told of those that cannot be read. */
  readonly report: (error: unknown, doing: string) => void;
  /** None is kept while there is one that is fewer positions older: replicas come to it at about the same time. */
  readonly spacing?: number;
}

/** The one before is there for the day on which the newest cannot be read. */
const kept = 2;
const partBytes = 512 * 1024;
// Any number will do, so long as nobody else's lock uses it.
const lock = 7_165_013;

/** Snapshots of the access log, where every replica finds them. */
export const accessSnapshots = ({
  sql,
  stream,
  report,
  spacing = 25_000,
}: AccessSnapshotsOptions): Snapshots<AccessState> => ({
  newest: async () => {
    const known = await sql<{ id: string }[]>`
      select id from role_permission.snapshots
      where stream = ${stream} and form = ${stateForm}
      order by epoch desc, position desc`;
    for (const { id } of known) {
      try {
        return read(await bytesOf(sql, id));
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        report(error, `snapshot ${id} cannot be read: it is not used`);
      }
    }
    return undefined;
  },

  keep: async (snapshot) => {
    // One replica at a time goes to that length; if two did, there would be one more.
    await withFreeAdvisoryLock(sql, lock, async () => {
      if (await isNearby(sql, stream, snapshot, spacing)) return;
      const bytes = await written(snapshot, pauseEvery(4));
      await sql.begin((tx) => put(tx, stream, snapshot, bytes));
    });
  },
});

const isNearby = async (sql: Sql, stream: string, { epoch, head }: Snapshot<unknown>, spacing: number) => {
  const found = await sql`
    select from role_permission.snapshots
    where stream = ${stream} and form = ${stateForm}
      and (epoch > ${epoch} or (epoch = ${epoch} and position > ${head.position - spacing}))
    limit 1`;
  return found.length > 0;
};

/** All of it or, should anything come in between, nothing. */
const put = async (
  tx: TransactionSql,
  stream: string,
  { epoch, head }: Snapshot<unknown>,
  bytes: Uint8Array,
): Promise<void> => {
  const [row] = await tx<{ id: string }[]>`
    insert into role_permission.snapshots (stream, form, epoch, position, bytes)
    values (${stream}, ${stateForm}, ${epoch}, ${head.position}, ${bytes.length})
    returning id`;
  for (let part = 0; part * partBytes < bytes.length; part++) {
    const data = Buffer.from(bytes.subarray(part * partBytes, (part + 1) * partBytes));
    await tx`
      insert into role_permission.snapshot_parts (snapshot_id, part, data) values (${row?.id ?? ''}, ${part}, ${data})`;
  }
  // Of other versions only what nobody can be using any more.
  await tx`
    delete from role_permission.snapshots
    where stream = ${stream} and (form = ${stateForm} or made_at < now() - interval '7 days') and id not in (
      select id from role_permission.snapshots
      where stream = ${stream} and form = ${stateForm}
      order by epoch desc, position desc
      limit ${kept}
    )`;
};

const bytesOf = async (sql: Sql, id: string): Promise<Uint8Array<ArrayBuffer>> => {
  const rows = await sql<{ bytes: string; data: Uint8Array }[]>`
    select snapshots.bytes, parts.data
    from role_permission.snapshots join role_permission.snapshot_parts as parts on parts.snapshot_id = snapshots.id
    where snapshots.id = ${id}
    order by parts.part`;
  const all = new Uint8Array(Number(rows[0]?.bytes ?? 0));
  let at = 0;
  for (const { data } of rows) {
    if (at + data.length > all.length) throw new Damaged('it is longer than it was');
    all.set(data, at);
    at += data.length;
  }
  if (at < all.length) throw new Damaged('it is cut');
  return all;
};
