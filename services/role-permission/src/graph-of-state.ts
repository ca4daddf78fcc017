import type { TupleRun } from '@rollcall/authorization/tuple';
import { adminPermission } from '@rollcall/types/permissions';
import type { Edge } from './domain/edges.ts';
import { engineTuple, everywhere, widerThan } from './domain/graph-changes.ts';
import { PackedSubjects } from './domain/packed-edges.ts';
import type { AccessState } from './domain/state.ts';
import { type Tuple, userSubject } from './domain/tuples.ts';

type Terms = Pick<Edge, 'validUntil'>;

/** All tuples of a state, as the check engine has them: who is in a relation to a thing in one run. */
export function* tupleRuns({ edges, permissions }: AccessState): Generator<TupleRun<Terms>, void, undefined> {
  const wholes = new Map<string, [Tuple, ...Tuple[]]>();
  for (const [key, subjects] of edges.byRelation()) {
    const [object = '', relation = '', more] = key.split('#');
    if (relation === '' || more !== undefined) continue;
    yield { object, relation, users: subjects instanceof PackedSubjects ? subjects : subjects.entries() };
    const wider = widerThan({ object });
    if (!wider) continue;
    const others = wholes.get(wider.object);
    if (others) others.push(wider);
    else wholes.set(wider.object, [wider]);
  }
  for (const tuples of wholes.values()) yield runOf(tuples);
  for (const [name] of permissions.entries()) if (name !== adminPermission) yield runOf([everywhere(name)]);
}

/** Whoever is denied everything, whatever tuples say. */
export function* barredIn({ users }: AccessState): Generator<string, void, undefined> {
  for (const [userId, { suspended }] of users.entries()) if (suspended) yield userSubject(userId);
}

const lasting: Terms = { validUntil: null };

/** @param tuples of one relation of one thing, in the order of their subjects */
const runOf = (tuples: readonly [Tuple, ...Tuple[]]): TupleRun<Terms> => {
  const [{ object, relation }] = tuples;
  return { object, relation, users: tuples.map((tuple) => [engineTuple(tuple).user, lasting]) };
};
