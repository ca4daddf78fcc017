import type { Reading } from '@rollcall/event-store/command-loop';
import type { CallContext } from '@rollcall/service-kit/call-context';
import type { AnyAccessCommand } from '@rollcall/types/access-commands';
import type { BuiltInPermission } from '@rollcall/types/permissions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { present } from '../access.ts';
import { governs, may, seesOrganization } from '../domain/authority.ts';
import { isMember } from '../domain/holdings.ts';
import { type Held, heldWithin } from '../domain/queries.ts';
import type { AccessState } from '../domain/state.ts';
import type { Ports } from '../ports.ts';
import { type WishOutcome, wishFor } from './wish.ts';

/** Everywhere, or within one organization. */
export interface Scope {
  readonly organization?: string | undefined;
}

interface Asked {
  readonly ports: Ports;
  /** What it takes everywhere; within an organization it takes its admins. */
  readonly right: BuiltInPermission;
  /** Whom it is about: everybody may ask about themselves, and admins of organizations about their members. */
  readonly of?: string;
}

/** The present, for whoever may ask: what is hidden from them is not told apart from what does not exist. */
export const scopedReading = (
  { ports: { access }, right, of }: Asked,
  { organization }: Scope,
  { userId: actor }: { readonly userId: string },
): Reading<AccessState> | Refusal => {
  const reading = present(access);
  if (isRefusal(reading)) return reading;
  const { state, now } = reading;
  if (organization === undefined) {
    return actor === of || may(state, actor, right, now) ? reading : refuse('not_found');
  }
  if (!seesOrganization(state, actor, organization, now)) return refuse('not_found');
  if (actor === of || may(state, actor, right, now)) return reading;
  if (!governs(state, actor, organization, now)) return refuse('forbidden');
  return of === undefined || isMember(state, organization, of, now) ? reading : refuse('not_found');
};

/** What is told of holdings to somebody who asks about them, everywhere or within an organization. */
export const toldTo =
  (state: AccessState, actor: string, organization: string | undefined, now: number) =>
  <Row extends Held>(row: Row): Row => {
    const isOpen =
      organization === undefined || may(state, actor, 'permissions.read', now) || may(state, actor, 'access.read', now);
    return isOpen ? row : heldWithin(row, organization);
  };

type ScopedWish = Extract<
  AnyAccessCommand,
  { readonly type: 'grantPermission' | 'revokePermission' | `${string}Role` }
>;

/** Has a wish come about everywhere or within an organization, for whoever may wish it there. */
export const scopedWish = async (
  { ports, right }: Omit<Asked, 'of'>,
  wish: ScopedWish,
  { organization, ...trial }: Scope & { readonly dryRun?: 'true' | 'false' | undefined },
  context: CallContext,
): Promise<WishOutcome | Refusal> => {
  const reading = scopedReading({ ports, right }, { organization }, context.signedIn);
  if (isRefusal(reading))
    return wish.type === 'createRole' && organization === undefined ? refuse('forbidden') : reading;
  return wishFor(ports, [{ ...wish, organizationId: organization ?? null }], trial, context);
};
