import { refuse } from '@rollcall/types/problems';
import { ownAuthority } from '../authority.ts';
import type { AccessIntent } from '../commands.ts';
import { isCurrent } from '../edges.ts';
import { membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import type { Facts, Moment } from './deciding.ts';
import { addOrganizationMember, releaseSeat, reserveSeat } from './organizations.ts';

type IntentOf<Type extends AccessIntent['type']> = Extract<AccessIntent, { readonly type: Type }>;

/** Whoever is about to be let in has one seat kept at most, under their own id; a member needs none. */
export const keepSeat = (state: AccessState, intent: IntentOf<'keepSeat'>, moment: Moment): Facts => {
  const { organizationId, userId, validUntil } = intent;
  if (!state.organizations.has(organizationId)) return refuse('not_found');
  if (membershipOf(state, organizationId, userId)) return [];
  return reserveSeat(state, { type: 'reserveSeat', organizationId, reservationId: userId, validUntil }, ours(moment));
};

/** Whoever is a member already stays one on the terms that they have. */
export const admitMember = (state: AccessState, intent: IntentOf<'admitMember'>, moment: Moment): Facts => {
  const { organizationId, userId } = intent;
  const kept = state.organizations.get(organizationId)?.reservations.get(userId);
  const known = membershipOf(state, organizationId, userId);
  if (known) return releaseSeat(state, { type: 'releaseSeat', organizationId, reservationId: userId }, ours(moment));
  const reservation =
    kept !== undefined && isCurrent({ validUntil: kept }, moment.now) ? { reservationId: userId } : {};
  const wish = { type: 'addOrganizationMember', organizationId, userId, ...reservation } as const;
  return addOrganizationMember(state, wish, ours(moment));
};

const ours = (moment: Moment): Moment => ({ ...moment, actor: ownAuthority });
