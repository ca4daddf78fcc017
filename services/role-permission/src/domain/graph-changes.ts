import type { GraphChange } from '@rollcall/authorization/guarded-graph';
import type { TupleChange } from '@rollcall/authorization/tuple';
import { adminPermission } from '@rollcall/types/permissions';
import { type Edge, endOf } from './edges.ts';
import type { AccessFact, RecordedAccessEvent } from './events.ts';
import { edgesOf } from './evolve.ts';
import type { AccessState } from './state.ts';
import { organizationIn, type Tuple, textOf, userSubject, wholeOf } from './tuples.ts';

export const engineTuple = ({ object, relation, subject }: Tuple) => ({ user: subject, relation, object });

/** When a tuple ends, as the check engine takes it; what cannot be read as a time has passed. */
export const engineEnd = (terms: Pick<Edge, 'validUntil'>): number | undefined => {
  const end = endOf(terms);
  if (end === Number.POSITIVE_INFINITY) return undefined;
  return Number.isFinite(end) ? end : 0;
};

/** A tuple as the check engine takes it. */
export const writtenTuple = (edge: Tuple, terms: Pick<Edge, 'validUntil'>): TupleChange => {
  const validUntil = engineEnd(terms);
  return validUntil === undefined ? { write: engineTuple(edge) } : { write: engineTuple(edge), validUntil };
};

/** What is held everywhere is held within each organization, and whoever holds `admin` holds all. */
export const everywhere = (name: string): Tuple => {
  const slash = name.indexOf('/');
  const wider = slash < 0 ? adminPermission : name.slice(slash + 1);
  return { object: `permission:${name}`, relation: 'everywhere', subject: `permission:${wider}` };
};

/** What follows from there being somebody: who has been granted something within an organization may hold it everywhere, and a part of a group is in the group. */
export const widerThan = ({ object }: Pick<Tuple, 'object'>): Tuple | undefined => {
  if (organizationIn(object) === undefined) return undefined;
  if (object.startsWith('permission:')) return everywhere(object.slice('permission:'.length));
  const whole = wholeOf(object);
  return whole === object ? undefined : { object: whole, relation: 'part', subject: object };
};

const anybody = (state: AccessState, { object, relation }: Tuple): boolean => {
  for (const _ of state.edges.subjectsOf(object, relation)) return true;
  return false;
};

/** What facts would change of the tuples, were they to come about. */
export const changesBy = (facts: readonly AccessFact[]): readonly TupleChange[] =>
  facts.flatMap((fact): readonly TupleChange[] => {
    const own = edgesOf(fact).flatMap(({ terms, ...edge }): readonly TupleChange[] => {
      if (terms === null) return [{ remove: engineTuple(edge) }];
      const wider = widerThan(edge);
      return wider ? [writtenTuple(edge, terms), { write: engineTuple(wider) }] : [writtenTuple(edge, terms)];
    });
    if (fact.type === 'permission.created') return [...own, { write: engineTuple(everywhere(fact.data.name)) }];
    if (fact.type === 'permission.deleted') return [...own, { remove: engineTuple(everywhere(fact.data.name)) }];
    return own;
  });

/** What entries have changed of `tupleRuns` and `barredIn`. @param state the one after all of them */
export const graphChanges = (entries: readonly RecordedAccessEvent[], state: AccessState): readonly GraphChange[] => {
  const touched = new Map<string, Tuple>();
  const changes: GraphChange[] = [];
  for (const { event } of entries) {
    for (const edge of edgesOf(event)) touched.set(textOf(edge), edge);
    if (event.type === 'user.suspended' || event.type === 'user.restored') {
      const user = userSubject(event.subject);
      changes.push(state.users.get(event.subject)?.suspended ? { bar: user } : { unbar: user });
    }
    if (
      (event.type === 'permission.created' || event.type === 'permission.deleted') &&
      event.data.name !== adminPermission
    ) {
      const edge = engineTuple(everywhere(event.data.name));
      changes.push(state.permissions.has(event.data.name) ? { write: edge } : { remove: edge });
    }
  }
  for (const edge of touched.values()) {
    const held = state.edges.get(edge);
    changes.push(held ? writtenTuple(edge, held) : { remove: engineTuple(edge) });
    const wider = widerThan(edge);
    if (wider) changes.push(anybody(state, edge) ? { write: engineTuple(wider) } : { remove: engineTuple(wider) });
  }
  return changes;
};
