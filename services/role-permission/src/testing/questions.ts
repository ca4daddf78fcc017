import type { Tuple } from '@rollcall/authorization/tuple';
import { ada, ben, cleo, dan, thing } from '../domain/scenario.ts';

const objects: Readonly<Record<string, { readonly relations: readonly string[]; readonly ids: readonly string[] }>> = {
  organization: { relations: ['admin', 'member'], ids: [thing(100), thing(101)] },
  team: { relations: ['organization', 'member'], ids: [thing(200), thing(201), thing(202)] },
  project: { relations: ['owner', 'admin', 'member'], ids: [thing(300), thing(301)] },
  group: { relations: ['member'], ids: [thing(400), thing(401)] },
  role: { relations: ['assignee'], ids: ['one', 'two', 'three', `${thing(100)}/one`] },
  policy: { relations: ['required'], ids: ['second_factor'] },
  permission: {
    relations: ['holder'],
    ids: ['admin', 'reports.read', 'reports.write', 'users.read', `${thing(100)}/reports.read`],
  },
};

/** Who is asked about in the worlds of `arbitrary-wishes.ts`. */
export const askers: readonly string[] = [ada, ben, cleo, dan].map((id) => `user:${id}`);

/** Every object there that questions are about, by type. */
export const objectsOf = (type: string): readonly string[] =>
  (objects[type]?.ids ?? []).map((id) => `${type}:${id}`).sort();

/** What can be asked for of the types there. */
export const relations: readonly (readonly [type: string, relation: string])[] = Object.entries(objects).flatMap(
  ([type, { relations: own }]) => own.map((relation) => [type, relation] as const),
);

/** Every question about them. */
export const questions: readonly Tuple[] = relations.flatMap(([type, relation]) =>
  objectsOf(type).flatMap((object) => askers.map((user) => ({ user, relation, object }))),
);
