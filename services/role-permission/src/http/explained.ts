import { describeMissing } from '@rollcall/authorization/missing';
import { seesParts } from '../domain/asking.ts';
import { may } from '../domain/authority.ts';
import { isOwn, narrowedTo, narrowedWay, type Related } from '../domain/narrowed.ts';
import type { Tells } from '../hearing.ts';
import type { Moment, PresentMoment } from '../moment.ts';

interface Explaining {
  readonly question: Related;
  readonly asker: string;
  readonly then: Moment;
  readonly present: PresentMoment;
  readonly tells: Tells;
}

/** Why a check is answered as it is, with as much of it as the asker may know. */
export const explained = async (explaining: Explaining) => {
  const { question, then, tells } = explaining;
  const { user, relation, object } = question;
  const { revision, graph, now, origins } = then;
  const explanation = graph.explain(user, relation, object, now);
  if (!tells(question) || !explanation.allowed) {
    return { allowed: false, paths: [], missing: missingIn(explaining), revision };
  }
  const made = await origins(explanation.paths.flat());
  const narrow = narrowing(explaining);
  const ways = explanation.paths.map((path) => path.map((tuple) => ({ tuple, made: made(tuple) })));
  const paths = (narrow ? distinct(ways.map((way) => narrowedWay(way, narrow))) : ways).map((way) =>
    way.map(({ tuple: { validUntil, ...tuple }, made: event }) => ({
      tuple: validUntil === undefined ? tuple : { ...tuple, validUntil: new Date(validUntil).toISOString() },
      event,
    })),
  );
  return { allowed: true, paths, revision };
};

/** What else there would have to be tells what the thing consists of: only of what the asker may see. */
const missingIn = ({ question, asker, then, present: { reading }, tells }: Explaining): string[] => {
  const { user, relation, object } = question;
  const { graph, now } = then;
  const unsaid = [`${user} is not ${relation} of ${object}`];
  if (!tells(question)) return unsaid;
  const { state } = reading;
  // That somebody is suspended is told of those who would be in the relation otherwise.
  const wouldBe = user === `user:${asker}` || may(state, asker, 'access.read', reading.now);
  if (graph.barred.has(user) && (wouldBe || graph.graph.check(user, relation, object, now))) {
    return [`${user} is suspended`];
  }
  if (!seesParts(state, asker, object, reading.now)) return unsaid;
  const explanation = graph.graph.explain(user, relation, object, now);
  if (explanation.allowed) return unsaid;
  const organizationId = narrowedTo(state, asker, object, reading.now);
  const told =
    organizationId === undefined
      ? explanation.missing
      : explanation.missing.filter((missing) =>
          isOwn(state, organizationId, 'tuple' in missing ? missing.tuple.object : missing.object),
        );
  return told.length > 0 ? told.map(describeMissing) : unsaid;
};

/** What of a way is told as it is, if not all of it: about themselves everybody is told everything. */
const narrowing = ({ question: { user, object }, asker, present: { reading } }: Explaining) => {
  const organizationId = narrowedTo(reading.state, asker, object, reading.now);
  if (organizationId === undefined || user === `user:${asker}`) return undefined;
  return (thing: string): boolean => isOwn(reading.state, organizationId, thing);
};

const distinct = <Way>(ways: readonly Way[]): readonly Way[] => [
  ...new Map(ways.map((way) => [JSON.stringify(way), way])).values(),
];
