/** Whom an event of the access log concerns, beside those who read all of it. */
export interface Concern {
  /** Ids: who did it, and whom it is about. */
  readonly users: readonly string[];
  /** Ids of the organizations that it is about: two when something goes from one to another. */
  readonly organizations: readonly string[];
  /** Does it tell what only the admins of an organization can read of it? */
  readonly isForAdmins: boolean;
  /** The project that it is about, and whose that was, before and after it: `user:<id>` or `organization:<id>`. */
  readonly project: { readonly id: string; readonly owners: readonly string[] } | null;
}

/** What can be watched; `id` is empty for `access`, which is the whole log. */
interface Watchable {
  readonly kind: 'access' | 'organization' | 'project' | 'user';
  readonly id: string;
}

/** The rights of everybody at one moment. */
export interface RightsAtOnce {
  readonly graph: {
    /** Users (`user:<id>`) who are denied everything. */
    readonly barred: { has(user: string): boolean };
    /** Never throws: what cannot be answered is not allowed. */
    allows(user: string, relation: string, object: string, now: number): boolean;
    /** What is so, whoever is denied everything. */
    readonly graph: { check(user: string, relation: string, object: string, now: number): boolean };
  };
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What one person may see of the access log at one moment: the one rule for every way to it, lists and single events, what
 * is watched as it happens and what is played back.
 *
 * Nothing, once suspended. Otherwise: what they did and what is about them; everything with `access.read`; what is about
 * an organization as its admin or with `access.manage`, and as its member what members can read of it; what is about a
 * project as its member or admin, however they are one, as long as it belongs to whom it belonged to then: who comes into
 * a project does not read what it was to a former owner.
 *
 * Answers are remembered for the moment, so one is made anew for the next.
 */
export class Sight {
  readonly #userId: string;
  readonly #user: string;
  readonly #rights: RightsAtOnce;
  readonly #isBarred: boolean;
  /** By id, for each question: several events are about the same things. */
  readonly #known = {
    governs: new Map<string, boolean>(),
    belongsTo: new Map<string, boolean>(),
    isInProject: new Map<string, boolean>(),
  };
  #readsAll: boolean | undefined;
  #managesAll: boolean | undefined;

  constructor(userId: string, rights: RightsAtOnce) {
    this.#userId = userId;
    this.#user = `user:${userId}`;
    this.#rights = rights;
    this.#isBarred = rights.graph.barred.has(this.#user);
  }

  maySee({ users, organizations, isForAdmins, project }: Concern): boolean {
    if (this.#isBarred) return false;
    if (users.includes(this.#userId) || this.readsAll) return true;
    for (const id of organizations) if (this.#governs(id) || (!isForAdmins && this.#belongsTo(id))) return true;
    return project !== null && this.#isInPresent(project);
  }

  /**
   * How much they see of what can be watched: 0 for who may not watch it, and more for who sees more. Everybody may
   * watch `access`.
   */
  breadthOf({ kind, id }: Watchable): number {
    if (this.#isBarred) return 0;
    if (this.readsAll) return 3;
    switch (kind) {
      case 'access':
        return this.#manages ? 2 : 1;
      case 'organization':
        if (this.#governs(id)) return 2;
        return this.#belongsTo(id) ? 1 : 0;
      case 'project':
        if (this.#manages) return 2;
        return this.#isInProject(id) ? 1 : 0;
      case 'user':
        return id === this.#userId ? 1 : 0;
      default:
        return kind satisfies never;
    }
  }

  mayWatch(channel: Watchable): boolean {
    return this.breadthOf(channel) > 0;
  }

  /** Do they see every event? */
  get readsAll(): boolean {
    this.#readsAll ??= this.#is('holder', 'permission:access.read');
    return this.#readsAll;
  }

  /** Are they the admin of every organization and project? */
  get #manages(): boolean {
    this.#managesAll ??= this.#is('holder', 'permission:access.manage');
    return this.#managesAll;
  }

  #governs(id: string): boolean {
    return this.#manages || once(this.#known.governs, id, () => this.#is('admin', `organization:${id}`));
  }

  #belongsTo(id: string): boolean {
    return once(this.#known.belongsTo, id, () => this.#is('member', `organization:${id}`));
  }

  #isInProject(id: string): boolean {
    return once(this.#known.isInProject, id, () => this.#is('member', `project:${id}`));
  }

  #isInPresent({ id, owners }: NonNullable<Concern['project']>): boolean {
    if (this.#manages) return true;
    if (!this.#isInProject(id)) return false;
    const { graph, now } = this.#rights;
    // Whoever is suspended owns what they own: others lose nothing by it.
    return owners.some((owner) => graph.graph.check(owner, 'owner', `project:${id}`, now));
  }

  #is(relation: string, object: string): boolean {
    const { graph, now } = this.#rights;
    return graph.allows(this.#user, relation, object, now);
  }
}

const once = (known: Map<string, boolean>, id: string, ask: () => boolean): boolean => {
  const before = known.get(id);
  if (before !== undefined) return before;
  const answer = ask();
  known.set(id, answer);
  return answer;
};
