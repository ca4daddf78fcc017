import type { Graph } from '@rollcall/authorization/graph';
import type { Tuple as EngineTuple, TupleChange } from '@rollcall/authorization/tuple';
import type { BuiltInPermission } from '@rollcall/types/permissions';
import { administers } from './asking.ts';
import { may } from './authority.ts';
import { isCurrent } from './edges.ts';
import { type Gains, type IsLookedAt, mostUsers } from './gains.ts';
import { engineTuple, widerThan } from './graph-changes.ts';
import { governsOneOf } from './group-queries.ts';
import { isTold, narrowedTo } from './narrowed.ts';
import { type AccessState, exists } from './state.ts';
import { type Tuple, userOf, userSubject } from './tuples.ts';

/** Whoever has one of these runs the deployment, and not an organization alone. */
const operating: readonly BuiltInPermission[] = [
  'access.read',
  'access.manage',
  'permissions.read',
  'permissions.grant',
  'roles.manage',
  'groups.manage',
];

interface Present {
  readonly state: AccessState;
  readonly now: number;
}

/**
 * What an asker may be told by a preview. It leaves no trace, so that what people hold that are not of the asker’s
 * organizations must not show in what they would gain.
 */
export class ToldGains {
  readonly #present: Present;
  readonly #asker: string;
  readonly #isOperator: boolean;

  constructor(present: Present, asker: string) {
    this.#present = present;
    this.#asker = asker;
    this.#isOperator = operating.some((right) => may(present.state, asker, right, present.now));
  }

  /** Groups and roles have people of any organization. */
  readonly isLookedAt: IsLookedAt = (user, subject) =>
    (!subject.startsWith('group:') && !subject.startsWith('role:')) || this.#isOwn(user);

  /** @param changes all that would change */
  of({ gained, lost, complete }: Gains, graph: Graph, changes: readonly TupleChange[]): Gains {
    // Whether a stranger enters a group by it, or is in it already, is theirs to know.
    const shown = changes.filter((change) => !isAboutGroup(change) || this.#isOwn(tupleIn(change).user));
    const named = new Set(shown.map((change) => keyOf(tupleIn(change))));
    const isKnown = (tuple: EngineTuple): boolean => named.has(keyOf(tuple)) || this.#isKnown(tuple);
    const strangers = [...new Set(shown.map((change) => tupleIn(change).user))].filter(
      (user) => user.startsWith('user:') && !this.#isOwn(user),
    );
    const told = [...gained.filter(isKnown), ...this.#givenTo(strangers.slice(0, mostUsers), graph, shown)];
    return {
      gained: [...new Map(told.map((tuple) => [keyOf(tuple), tuple])).values()].sort(byUser),
      lost: lost.filter(isKnown),
      complete,
    };
  }

  /** What strangers would be given within the asker’s organizations, whatever they are elsewhere. */
  #givenTo(strangers: readonly string[], graph: Graph, changes: readonly TupleChange[]): readonly EngineTuple[] {
    const { state, now } = this.#present;
    const listed = (user: string, relation: string, type: string) =>
      graph.listObjects(user, relation, type, now).items.map((object) => ({ user, relation, object }));
    const candidates = graph
      .applied(changes, () =>
        strangers.flatMap((user) => [...listed(user, 'holder', 'permission'), ...listed(user, 'assignee', 'role')]),
      )
      .filter(({ object }) => object.includes('/') && administers(state, this.#asker, object, now));
    // Each is about one thing or one person: all can be hidden at once.
    const hidden = [
      ...strangers.flatMap((user) => listed(user, 'member', 'group')),
      ...candidates.flatMap((tuple) => widerThan(tuple) ?? []).map(engineTuple),
    ];
    const removals = [...new Map(hidden.map((tuple) => [keyOf(tuple), { remove: tuple }])).values()];
    const isGiven = ({ user, relation, object }: EngineTuple): boolean => graph.check(user, relation, object, now);
    const given = graph.applied([...changes, ...removals], () => candidates.filter(isGiven));
    return graph.applied(removals, () => given.filter((tuple) => !isGiven(tuple)));
  }

  #isKnown(tuple: EngineTuple): boolean {
    const { state, now } = this.#present;
    if (tuple.user === userSubject(this.#asker)) return true;
    const organizationId = narrowedTo(state, this.#asker, tuple.object, now);
    const holds = (edge: Tuple): boolean => isCurrent(state.edges.get(edge), now);
    if (organizationId !== undefined) {
      return administers(state, this.#asker, tuple.object, now) && isTold(organizationId, tuple, holds);
    }
    // On whose behalf somebody is in a group already is for that organization to know.
    if (tuple.object.startsWith('group:'))
      return this.#isOperator || administers(state, this.#asker, tuple.object, now);
    const isNew = !exists(state, tuple.object);
    return this.#isOwn(tuple.user) || isNew || administers(state, this.#asker, tuple.object, now);
  }

  #isOwn(user: string): boolean {
    const { state, now } = this.#present;
    return (
      this.#isOperator || user === userSubject(this.#asker) || governsOneOf(state, this.#asker, userOf(user) ?? '', now)
    );
  }
}

/** In the order of gains, wherever they were found. */
const byUser = (one: EngineTuple, other: EngineTuple): number => (placeOf(one) < placeOf(other) ? -1 : 1);
const placeOf = ({ user, relation, object }: EngineTuple): string => `${user} ${object}#${relation}`;

const tupleIn = (change: TupleChange): EngineTuple => ('remove' in change ? change.remove : change.write);

const isAboutGroup = (change: TupleChange): boolean => tupleIn(change).object.startsWith('group:');

const keyOf = ({ user, relation, object }: EngineTuple): string => `${object}#${relation}@${user}`;
