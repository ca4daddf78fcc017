import { parts } from './asking.ts';
import { may } from './authority.ts';
import type { AccessState } from './state.ts';
import { organizationIn, type Tuple, thingOf } from './tuples.ts';

/** That somebody is in a relation to something. */
export interface Related {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
}

/** Does a tuple hold, at the moment that a question is about? */
export type Holds = (tuple: Tuple) => boolean;

/**
 * The organization beyond which somebody is told nothing about a thing. What is held everywhere is held within every
 * organization, and anybody may found one: its admins would learn from their own who holds what in all others. Undefined
 * for what belongs to no organization in that way, and for those who may ask about such things everywhere.
 */
export const narrowedTo = (state: AccessState, actor: string, object: string, now: number): string | undefined => {
  const [type] = parts(object);
  if (type !== 'role' && type !== 'permission') return undefined;
  const isOpen =
    may(state, actor, 'access.read', now) ||
    may(state, actor, type === 'role' ? 'roles.manage' : 'permissions.read', now);
  return isOpen ? undefined : organizationIn(object);
};

/**
 * May an organization’s admins be told about this subject: somebody or something that belongs to it, or that it has named
 * itself? About all others they are answered as about those who do not exist.
 */
export const isTold = (organizationId: string, { user: subject, relation, object }: Related, holds: Holds): boolean => {
  if (organizationIn(thingOf(subject)) === organizationId) return true;
  const organization = `organization:${organizationId}`;
  return (
    holds({ object: organization, relation: 'member', subject }) ||
    holds({ object: organization, relation: 'admin', subject }) ||
    holds({ object: thingOf(subject), relation: 'organization', subject: organization }) ||
    holds({ object, relation, subject })
  );
};

/** Is a thing an organization’s own, so that its admins know of every tuple that leads to it? */
export const isOwn = ({ teams }: AccessState, organizationId: string, object: string): boolean => {
  const [type, id] = parts(object);
  if (type === 'team') return teams.get(id)?.organizationId === organizationId;
  return object === `organization:${organizationId}` || organizationIn(object) === organizationId;
};

/** A tuple on the way to something, with what may be told about it. */
export interface Step<Made> {
  readonly tuple: Related & { readonly validUntil?: number };
  readonly made: Made | null;
}

/** A way as an organization’s admins are told it: all that is not the organization’s own is one step that says nothing but that it is so. */
export const narrowedWay = <Made>(
  way: readonly Step<Made>[],
  isOwnThing: (object: string) => boolean,
): readonly Step<Made>[] => {
  const last = way.findLastIndex(({ tuple }) => !isOwnThing(tuple.object));
  const [first, foreign] = [way[0], way[last]];
  if (!first || !foreign) return way;
  const { relation, object } = foreign.tuple;
  // Whoever holds what is meant everywhere holds this: the relation that the model derives it by is no step of anybody’s.
  const leaf = { user: first.tuple.user, relation: relation === 'everywhere' ? 'holder' : relation, object };
  return [{ tuple: leaf, made: null }, ...way.slice(last + 1)];
};
