import { InvalidQuestion } from '@rollcall/authorization/errors';
import type { Actor } from '@rollcall/service-kit/actor';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AccessReading } from '../live/access-feed.ts';

/** What is known of rights, be it a while ago. */
export interface KnownAccess {
  readonly latest: AccessReading | undefined;
}

/**
 * Why somebody has to prove a second factor first, if so: an organization of theirs wants it, and they have not in this
 * session. Judged by what is known last, not by what is fresh: whoever is asked for nothing goes on while the owner of rights
 * is away. An application has proved what the person had who let it in. Keys for programs have no sign-in at all; whoever makes one
 * has proved theirs.
 */
export const secondFactorDue = (
  { latest }: KnownAccess,
  { userId, methods, scopes }: Pick<Actor, 'userId' | 'methods' | 'scopes'>,
): Refusal | undefined => {
  const isKey = scopes !== undefined && methods.length === 0;
  if (isKey || methods.includes('mfa')) return undefined;
  if (!latest) return refuse('unavailable', { retryAfterSeconds: 1 });
  return isRequired(latest, userId) ? refuse('second_factor_required', { stepUp: { acr: 'aal2' } }) : undefined;
};

const isRequired = ({ graph, now }: AccessReading, userId: string): boolean => {
  try {
    return graph.check(`user:${userId}`, 'required', 'policy:second_factor', now);
  } catch (error) {
    // An owner of an older version knows of no policies.
    if (error instanceof InvalidQuestion) return false;
    throw error;
  }
};
