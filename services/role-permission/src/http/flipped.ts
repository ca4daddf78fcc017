import { isRefusal } from '@rollcall/types/problems';
import { edgesOf } from '../domain/evolve.ts';
import { isOwn, narrowedTo, type Related } from '../domain/narrowed.ts';
import { hearingAt } from '../hearing.ts';
import type { PresentMoment } from '../moment.ts';
import type { Asked } from '../past/past.ts';
import type { Ports } from '../ports.ts';

interface Between {
  readonly from: Asked;
  readonly to: Asked | undefined;
}

/** What a check said at two moments, and the events that made the difference, as far as the asker may know of them. */
export const flipped = async (
  { past, edges }: Pick<Ports, 'past' | 'edges'>,
  question: Related,
  between: Between,
  asker: string,
  present: PresentMoment,
) => {
  const { state, now } = present.reading;
  const organizationId = question.user === `user:${asker}` ? undefined : narrowedTo(state, asker, question.object, now);
  if (organizationId === undefined) return past.change(question, between, present);
  const change = await past.change(question, between, present, (event) => {
    const changed = edgesOf(event);
    return changed.length > 0 && changed.every(({ object }) => isOwn(state, organizationId, object));
  });
  if (isRefusal(change)) return change;
  const stretch = await past.stretchOf(between, '/body', present);
  if (isRefusal(stretch)) return stretch;
  const isToldAt = async ({ position, now: then }: { readonly position: number; readonly now: number }) => {
    const tells = await hearingAt(edges, asker, question, { revision: position, now: then }, present);
    return tells(question);
  };
  const [before, after] = [await isToldAt(stretch.start), await isToldAt(stretch.end)];
  return {
    from: { ...change.from, allowed: change.from.allowed && before },
    to: { ...change.to, allowed: change.to.allowed && after },
    // Of somebody who came or went in between, what they held elsewhere would show in which events it took.
    events: before && after ? change.events : [],
  };
};
