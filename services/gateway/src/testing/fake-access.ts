import { createHash } from 'node:crypto';
import { modelJson } from '@rollcall/authorization/dsl';
import { Graph } from '@rollcall/authorization/graph';
import { type GraphChange, GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { Model } from '@rollcall/authorization/model';
import { readModelJson } from '@rollcall/authorization/model-definition';
import { newId } from '@rollcall/service-kit/identity';
import type { Changes, WholeGraph } from '../access/replica.ts';

const json = modelJson(`
model
  schema 1.1
type user
type organization
  relations
    define admin: [user]
    define member: [user] or admin
type policy
  relations
    define required: [organization#member]
type permission
  relations
    define everywhere: [permission]
    define holder: [user] or holder from everywhere
`);

export const model = Model.from(readModelJson(json));

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

interface Recorded {
  readonly entry: Changes['entries'][number];
  readonly changes: readonly GraphChange[];
}

const nobody: Recorded['entry']['concern'] = { users: [], organizations: [], isForAdmins: false, project: null };

/** An access log and the graph that follows from it, as its owner answers questions about them; entries say nothing else. */
export class FakeAccess {
  epoch = 1;
  /** Milliseconds since the owner knew that the log had no more. */
  age = 0;
  modelDigest = sha256(JSON.stringify(json));
  readonly log: Recorded[] = [];

  get revision(): number {
    return this.log.length;
  }

  /** Appends one entry that changes the graph and concerns nobody; returns its revision. */
  write(...changes: readonly GraphChange[]): number {
    return this.record({}, ...changes);
  }

  /** Appends one entry; returns its revision. */
  record(about: Partial<Recorded['entry']['concern']>, ...changes: readonly GraphChange[]): number {
    const position = this.log.length + 1;
    const event = {
      position,
      id: newId(),
      commandId: newId(),
      index: 0,
      type: 'spec.changed',
      subject: newId(),
      time: new Date(1_000 * position).toISOString(),
      actor: newId(),
      data: {},
    };
    this.log.push({ entry: { event, concern: { ...nobody, ...about } }, changes });
    return position;
  }

  grant(userId: string, permission: string): number {
    return this.write({ write: { user: `user:${userId}`, relation: 'holder', object: `permission:${permission}` } });
  }

  /** The log is put back to what it was once. */
  restoreTo(revision: number): void {
    this.log.length = revision;
  }

  /** The graph as a replica of the owner has it that knows so many entries. */
  graphAt(revision = this.revision): GuardedGraph {
    const graph = new GuardedGraph(new Graph(model));
    for (const { changes } of this.log.slice(0, revision)) graph.apply(changes);
    return graph;
  }

  whole(revision = this.revision): WholeGraph {
    const { graph, barred } = this.graphAt(revision);
    const snapshot = graph.toSnapshot({ revision, epoch: String(this.epoch) }, sha256);
    return {
      ...this.#standing(revision, revision),
      model: JSON.stringify(json),
      snapshot: Buffer.from(snapshot).toString('base64'),
      barred: [...barred],
    };
  }

  /** @param revision what the replica of the owner knows that is asked */
  changes(
    after: { readonly epoch: number; readonly revision: number; readonly place: string },
    revision = this.revision,
    limit = 1_000,
  ): Changes {
    const isKnown =
      after.epoch === this.epoch && after.revision <= revision && after.place === this.#place(after.revision);
    const news = isKnown ? this.log.slice(after.revision, Math.min(revision, after.revision + limit)) : [];
    return {
      ...this.#standing(revision, isKnown ? after.revision + news.length : revision),
      reload: !isKnown,
      entries: news.map(({ entry }) => entry),
      changes: news.flatMap(({ changes }) => changes),
    };
  }

  #standing(revision: number, reached: number) {
    const { epoch, age, modelDigest } = this;
    return { epoch, revision, age, modelDigest, place: this.#place(reached), at: 1_000 * reached };
  }

  #place(revision: number): string {
    return this.log[revision - 1]?.entry.event.id ?? '';
  }
}
