import { type Refusal, refuse } from '@rollcall/types/problems';
import { liveScopes } from '@rollcall/types/route-scopes';
import type { SecondFactorJudge } from '../access/second-factor.ts';
import type { Identity } from '../identity/identity.ts';

/**
 * Why somebody may not watch at all, if so: by a key that was made for other things, in the place of somebody else, or without
 * the second factor that is wanted of them. Asked of every token that a connection is to live by, and not of the first one alone.
 */
export const notAdmitted = (
  secondFactorDue: SecondFactorJudge,
  { actor, impersonator }: Identity,
): Refusal | undefined => {
  const { scopes } = actor;
  if (impersonator !== undefined) return refuse('forbidden');
  if (scopes !== undefined && !liveScopes.every((scope) => scopes.includes(scope)))
    return refuse('insufficient_scope', { scopes: liveScopes });
  return secondFactorDue(actor);
};
