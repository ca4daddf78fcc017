import type { TupleRun } from '@rollcall/authorization/tuple';
import { adminPermission } from '@rollcall/types/permissions';
import type { Edge } from './domain/edges.ts';
import { engineTuple, everywhere, widerThan } from './domain/graph-changes.ts';
import { PackedSubjects } from './domain/packed-edges.ts';
import type { AccessState } from './domain/state.ts';
import { type Tuple, userSubject } from './domain/tuples.ts';

type Terms = Pick<Edge, 'validUntil'>;

/** All tuples of a state, as the check engine has them. */
export function* tupleRuns({ edges, permissions }: AccessState): Generator<TupleRun<Terms>, void, undefined> {
  for (const [key, subjects] of edges.byRelation()) {
    const [object = '', relation = '', more] = key.split('#');
    if (relation === '' || more !== undefined) continue;
    yield { object, relation, users: subjects instanceof PackedSubjects ? subjects : subjects.entries() };
    const wider = widerThan({ object });
    if (wider) yield runOf(wider);
  }
  for (const [name] of permissions.entries()) if (name !== adminPermission) yield runOf(everywhere(name));
}

/** Whoever is denied everything, whatever tuples say. */
export function* barredIn({ users }: AccessState): Generator<string, void, undefined> {
  for (const [userId, { suspended }] of users.entries()) if (suspended) yield userSubject(userId);
}

const lasting: Terms = { validUntil: null };

const runOf = (tuple: Tuple): TupleRun<Terms> => {
  const { user, relation, object } = engineTuple(tuple);
  return { object, relation, users: [[user, lasting]] };
};
