import { isRefusal, refuse } from '@rollcall/types/problems';
import { ownAuthority } from '../authority.ts';
import type { RestoreDeleted } from '../commands.ts';
import type { AccessFact, RecordedAccessEvent } from '../events.ts';
import { applied, edgesOf } from '../evolve.ts';
import { guard } from '../guard.ts';
import type { AccessState, DeletedItem } from '../state.ts';
import { thingOf } from '../tuples.ts';
import type { Facts, Moment } from './deciding.ts';
import { takenBack } from './undo.ts';

/**
 * What was deleted comes back as it was, but for what it can no longer have: members who are gone, what has ended, seats
 * that are taken. An organization comes back with all that was deleted with it.
 */
export const restoreDeleted = (state: AccessState, { itemId, entries }: RestoreDeleted, moment: Moment): Facts => {
  const item = state.deleted.get(itemId);
  if (!item) return refuse('not_found');
  const facts: AccessFact[] = [];
  let present = state;
  for (const entry of entries.toSorted((one, other) => other.position - one.position)) {
    if (!concerns(item, entry)) continue;
    for (const fact of takenBack(present, entry, moment.now)) {
      // On the authority of whoever restores; alone, so that one thing that cannot be does not keep the rest away.
      const after = guard(present, [fact], ownAuthority, moment.now);
      if (isRefusal(after) && fact.type !== `${item.kind}.created`) continue;
      facts.push(fact);
      const place = { position: state.revision + facts.length, at: moment.now, actor: moment.actor };
      present = applied(present, fact, place);
    }
  }
  return facts;
};

const concerns = ({ kind, id }: DeletedItem, { event }: RecordedAccessEvent): boolean => {
  if (kind === 'organization' || event.subject === id) return true;
  const thing = `${kind}:${id}`;
  return edgesOf(event).some(({ object, subject }) => object === thing || thingOf(subject) === thing);
};
