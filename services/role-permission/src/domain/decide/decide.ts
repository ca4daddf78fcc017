import type { Decider, Moment as LogMoment } from '@rollcall/event-store/decider';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { ownAuthority } from '../authority.ts';
import type { AccessCommand, AccessIntent, AccessWish, Batch } from '../commands.ts';
import { thingsEndedWith } from '../ended-with.ts';
import type { AccessEvent, AccessFact, RecordedAccessEvent } from '../events.ts';
import { applied, evolve } from '../evolve.ts';
import { guard } from '../guard.ts';
import { tooMuch } from '../limits.ts';
import { type AccessState, initialState } from '../state.ts';
import { admitMember, keepSeat } from './admissions.ts';
import type { Facts, Moment } from './deciding.ts';
import { expire, purge } from './endings.ts';
import * as groups from './groups.ts';
import { setUpGroups } from './groups.ts';
import * as organizations from './organizations.ts';
import { addUser, appointAdmin, restoreUser, suspendUser } from './people.ts';
import * as permissions from './permissions.ts';
import * as projects from './projects.ts';
import { restoreDeleted } from './restore.ts';
import * as roles from './roles.ts';
import * as teams from './teams.ts';
import { undo } from './undo.ts';

/**
 * Decides a command upon a state: its events, none if the thing is so already, or why not.
 *
 * Rights are judged here, at the very state that the events follow, and not only where the request came in: a right
 * that was revoked in between no longer serves.
 */
export const decide = (
  state: AccessState,
  command: AccessCommand,
  { now, after }: LogMoment<AccessEvent>,
): readonly AccessEvent[] | Refusal => {
  const moment = { actor: command.cause.actor, now, after };
  const facts = command.type === 'batch' ? decideBatch(state, command, moment) : decideOne(state, command, moment);
  return isRefusal(facts) ? facts : numbered(state, command, facts);
};

export const accessDecider: Decider<AccessState, AccessCommand, AccessEvent, Refusal> = {
  initialState,
  evolve,
  decide,
};

const decideOne = (state: AccessState, intent: Exclude<AccessIntent, Batch>, moment: Moment): Facts => {
  const facts = factsOf(state, intent, moment);
  if (isRefusal(facts) || facts.length === 0) return facts;
  const isOwn = isOurs(intent);
  const refusal = isOwn ? undefined : tooMuch(facts.length);
  if (refusal) return refusal;
  const endedWith = thingsEndedWith(takenBackBy(intent, moment));
  const after = guard(state, facts, isOwn ? ownAuthority : moment.actor, moment.now, endedWith);
  return isRefusal(after) ? after : facts;
};

/** The events among which an intent takes some back, if it does. */
const takenBackBy = (intent: AccessIntent, moment: Moment): readonly RecordedAccessEvent[] => {
  if (intent.type === 'restoreDeleted') return intent.entries;
  return intent.type === 'undo' ? [...intent.history.entries, ...(moment.after(intent.history.upTo) ?? [])] : [];
};

/** Nobody's right is asked for: whoever issues these has judged that, or nobody wishes them. */
const isOurs = ({ type }: AccessIntent): boolean => ours.has(type);

const ours: ReadonlySet<AccessIntent['type']> = new Set([
  'addUser',
  'appointAdmin',
  'setUpGroups',
  'expire',
  'purge',
  'keepSeat',
  'admitMember',
]);

/** One after the other, each upon what those before it lead to; one that is refused refuses all. */
const decideBatch = (state: AccessState, { wishes }: Batch, moment: Moment): Facts => {
  const all: AccessFact[] = [];
  let present = state;
  for (const [n, wish] of wishes.entries()) {
    const facts = decideOne(present, wish, moment);
    if (isRefusal(facts)) return within(facts, n);
    const refusal = tooMuch(all.length + facts.length);
    if (refusal) return refusal;
    for (const fact of facts) {
      const place = { position: state.revision + 1 + all.length, at: moment.now, actor: moment.actor };
      present = { ...applied(present, fact, place), revision: place.position };
      all.push(fact);
    }
  }
  return all;
};

/** A refusal of one of many says of which. */
export const within = (refusal: Refusal, n: number): Refusal => ({
  ...refusal,
  errors: (refusal.errors ?? [{ pointer: '', detail: refusal.detail ?? 'is refused' }]).map((error) => ({
    ...error,
    pointer: `/commands/${n}${error.pointer}`,
  })),
});

const factsOf = (state: AccessState, intent: Exclude<AccessIntent, Batch>, moment: Moment): Facts => {
  switch (intent.type) {
    case 'addUser':
      return addUser(state, intent.userId, intent.mayBootstrap);
    case 'appointAdmin':
      return appointAdmin(state, intent.userId);
    case 'setUpGroups':
      return setUpGroups(state, intent.groups);
    case 'suspendUser':
      return suspendUser(state, intent.userId);
    case 'restoreUser':
      return restoreUser(state, intent.userId, moment);
    case 'expire':
      return expire(state, intent.key, moment.now);
    case 'purge':
      return purge(state, intent.itemId);
    case 'keepSeat':
      return keepSeat(state, intent, moment);
    case 'admitMember':
      return admitMember(state, intent, moment);
    case 'undo':
      return undo(state, intent, moment);
    case 'restoreDeleted':
      return restoreDeleted(state, intent, moment);
    default:
      return wished(state, intent, moment);
  }
};

type Deciders = { readonly [W in AccessWish as W['type']]: (state: AccessState, wish: W, moment: Moment) => Facts };

const deciders: Deciders = { ...permissions, ...roles, ...groups, ...organizations, ...teams, ...projects };

const wished = <W extends AccessWish>(state: AccessState, wish: W, moment: Moment): Facts => {
  const decideWish = deciders[wish.type] as ((state: AccessState, wish: W, moment: Moment) => Facts) | undefined;
  const facts = decideWish?.(state, wish, moment) ?? refuse('not_found');
  // It may have come about since then; a name that nobody sealed does not enter the log.
  return wish.unsealed && !isRefusal(facts) ? refuse('not_found') : facts;
};

/** Numbers facts within their subjects, on from what the state has counted. */
const numbered = (
  state: AccessState,
  { cause }: AccessCommand,
  facts: readonly AccessFact[],
): readonly AccessEvent[] => {
  const last = new Map<string, number>();
  return facts.map((fact) => {
    const subjectSequence = (last.get(fact.subject) ?? state.subjectSequences.get(fact.subject) ?? 0) + 1;
    last.set(fact.subject, subjectSequence);
    return { ...fact, subjectSequence, cause };
  });
};
