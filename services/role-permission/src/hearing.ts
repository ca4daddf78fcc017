import { isCurrent } from './domain/edges.ts';
import { type Holds, isTold, narrowedTo, type Related } from './domain/narrowed.ts';
import { textOf, thingOf } from './domain/tuples.ts';
import type { Moment, PresentMoment } from './moment.ts';
import type { Question } from './past/facts.ts';
import type { EdgeQueries } from './store/edge-queries.ts';

/** May the asker be told whether somebody is in a relation to something? What they may not be told is answered with no. */
export type Tells = (related: Related) => boolean;

type Point = Pick<Moment, 'revision' | 'now'>;

/**
 * What may be told to somebody about one moment: who may ask is judged at the present, who belonged to an organization at
 * that moment, so that nobody learns about a person’s past by taking them in.
 *
 * @param then the present itself, or a moment of the past
 */
export const hearingAt = async (
  edges: EdgeQueries,
  asker: string,
  question: Question,
  then: Point,
  present: PresentMoment,
): Promise<Tells> => {
  const { state, now } = present.reading;
  const isOpen = ({ user, object }: Question): boolean =>
    user === `user:${asker}` || (object !== undefined && narrowedTo(state, asker, object, now) === undefined);
  if (isOpen(question)) return () => true;
  const holds: Holds =
    then === present
      ? (tuple) => isCurrent(state.edges.get(tuple), now)
      : await heldThen(edges, question, then, organizationsIn(question));
  return (related) => {
    const organizationId = narrowedTo(state, asker, related.object, now);
    return organizationId === undefined || isOpen(related) || isTold(organizationId, related, holds);
  };
};

const organizationsIn = ({ object }: Question): readonly string[] =>
  object === undefined ? [] : [`organization:${object.slice(object.indexOf(':') + 1, object.indexOf('/'))}`];

/** What ties anybody to anything that a question may be about, as it was: all of one subject, or all there was in the organization and of the thing. */
const heldThen = async (
  edges: EdgeQueries,
  { user, object }: Question,
  { revision, now }: Point,
  organizations: readonly string[],
): Promise<Holds> => {
  const point = { from: revision, to: revision };
  const lives =
    user === undefined
      ? await edges.ofObjects([...organizations, ...(object === undefined ? [] : [object])], point)
      : [...(await edges.ofSubjects([user], point)), ...(await edges.ofObjects([thingOf(user)], point))];
  const held = new Set(lives.filter((life) => isCurrent(life, now)).map(textOf));
  return (tuple) => held.has(textOf(tuple));
};
