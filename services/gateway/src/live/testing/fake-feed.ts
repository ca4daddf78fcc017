import { compileModel } from '@rollcall/authorization/dsl';
import { Graph } from '@rollcall/authorization/graph';
import { type GraphChange, GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { newId } from '@rollcall/service-kit/identity';
import type { AccessEntry, AccessFeed, AccessHistory, AccessReading } from '../access-feed.ts';

const model = compileModel(`
model
  schema 1.1
type user
type organization
  relations
    define admin: [user]
    define member: [user] or admin
type project
  relations
    define owner: [user, organization]
    define member: [user] or owner
type permission
  relations
    define holder: [user]
`);

type About = Partial<AccessEntry['concern']>;

const nobody: AccessEntry['concern'] = { users: [], organizations: [], isForAdmins: false, project: null };

/** An access log in memory, which tells of what is written when it is told to. Time is whatever the spec says. */
export class FakeFeed implements AccessFeed {
  epoch = 1;
  now = 1_000_000;
  /** Is the present known? */
  isKnown = true;
  /** What `history` does before it answers. */
  beforeHistory: () => Promise<void> = async () => undefined;
  historyReads = 0;
  readonly log: AccessEntry[] = [];
  readonly graph = new GuardedGraph(new Graph(model));
  readonly #onEntries = new Set<(entries: readonly AccessEntry[]) => void>();
  readonly #onReload = new Set<() => void>();
  #told = 0;

  get reading(): AccessReading | undefined {
    return this.isKnown ? this.latest : undefined;
  }

  get latest(): AccessReading {
    const { graph, epoch, now } = this;
    return { graph, revision: this.#told, epoch, now };
  }

  onEntries(listener: (entries: readonly AccessEntry[]) => void): () => void {
    this.#onEntries.add(listener);
    return () => this.#onEntries.delete(listener);
  }

  onReload(listener: () => void): () => void {
    this.#onReload.add(listener);
    return () => this.#onReload.delete(listener);
  }

  async history(after: number, limit: number): Promise<AccessHistory> {
    this.historyReads++;
    await this.beforeHistory();
    return { entries: this.log.slice(after, after + limit), epoch: this.epoch, revision: this.log.length };
  }

  /** Appends an entry that nobody is told of yet; a second passes with each. */
  append(about: About = {}): AccessEntry {
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
    const entry = { event, concern: { ...nobody, ...about } };
    this.log.push(entry);
    return entry;
  }

  /** The graph changes, and then everybody is told of all that was appended. */
  tell(...changes: readonly GraphChange[]): void {
    this.graph.apply(changes);
    const entries = this.log.slice(this.#told);
    this.#told = this.log.length;
    if (entries.length > 0) for (const listener of this.#onEntries) listener(entries);
  }

  /** Appends one entry and tells of it. */
  write(about: About = {}, ...changes: readonly GraphChange[]): AccessEntry {
    const entry = this.append(about);
    this.tell(...changes);
    return entry;
  }

  /** The log is another one from here on. */
  reload(epoch = this.epoch + 1, revision = this.log.length): void {
    this.epoch = epoch;
    this.log.length = revision;
    this.#told = revision;
    for (const listener of this.#onReload) listener();
  }
}

export const joins = (userId: string, object: string, relation = 'member'): GraphChange => ({
  write: { user: `user:${userId}`, relation, object },
});

export const joinsUntil = (userId: string, object: string, validUntil: number): GraphChange => ({
  write: { user: `user:${userId}`, relation: 'member', object },
  validUntil,
});

export const leaves = (userId: string, object: string, relation = 'member'): GraphChange => ({
  remove: { user: `user:${userId}`, relation, object },
});

export const owns = (organizationId: string, projectId: string): GraphChange => ({
  write: { user: `organization:${organizationId}`, relation: 'owner', object: `project:${projectId}` },
});

export const readsAll = (userId: string): GraphChange => joins(userId, 'permission:access.read', 'holder');
export const readsAllNoMore = (userId: string): GraphChange => leaves(userId, 'permission:access.read', 'holder');
