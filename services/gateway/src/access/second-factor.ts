import { InvalidQuestion } from '@rollcall/authorization/errors';
import type { Actor } from '@rollcall/service-kit/actor';
import { adminPermission } from '@rollcall/types/permissions';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { SecondFactorDemand } from '@rollcall/types/second-factor-demand';
import type { AccessReading } from '../live/access-feed.ts';
import { holdsIn } from './permission-check.ts';

/** What is known of rights, be it a while ago. */
export interface KnownAccess {
  readonly latest: AccessReading | undefined;
}

/** Why somebody has to prove a second factor first, if so. */
export type SecondFactorJudge = (who: Pick<Actor, 'userId' | 'methods' | 'scopes'>) => Refusal | undefined;

/**
 * Judges who has to prove a second factor and has not in this session: whom the operator wants it of, and the members of
 * organizations that do. It goes by what is known last, not by what is fresh: whoever is asked for nothing goes on while the owner
 * of rights is away. An application has proved what the person had who let it in. Keys for programs have no sign-in at all;
 * whoever makes one has proved theirs.
 */
export const secondFactorJudge =
  (access: KnownAccess, wantedOf: SecondFactorDemand): SecondFactorJudge =>
  ({ userId, methods, scopes }) => {
    const isKey = scopes !== undefined && methods.length === 0;
    if (isKey || methods.includes('mfa')) return undefined;
    if (wantedOf === 'everybody') return due;
    if (!access.latest) return refuse('unavailable', { retryAfterSeconds: 1 });
    const isAdministrator = wantedOf === 'administrators' && holdsIn(access.latest, userId, adminPermission);
    return isAdministrator || isMemberWhereWanted(access.latest, userId) ? due : undefined;
  };

const due = refuse('second_factor_required', { stepUp: { acr: 'aal2' } });

const isMemberWhereWanted = ({ graph, now }: AccessReading, userId: string): boolean => {
  try {
    return graph.check(`user:${userId}`, 'required', 'policy:second_factor', now);
  } catch (error) {
    // An owner of an older version knows of no policies.
    if (error instanceof InvalidQuestion) return false;
    throw error;
  }
};
