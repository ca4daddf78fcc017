import { type Refusal, refuse } from '@rollcall/types/problems';
import { type Caller, needsNobody, type Route } from '@rollcall/types/route-definition';
import { beyondScopes } from '@rollcall/types/route-scopes';
import type { PermissionCheck } from './call-context.ts';
import type { TrustedHop } from './service-trust.ts';

type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly refusal: Refusal };

const denied = (refusal: Refusal): Verdict => ({ allowed: false, refusal });

/**
 * May this hop call this route? Deny unless one of the declared callers fits.
 *
 * A signed-in person with too few rights is told 404, the very answer for a thing that does not exist, unless the
 * route declares that its existence is no secret.
 */
export const judgeCaller = async (
  route: Route,
  hop: TrustedHop,
  userIdInPath: string | undefined,
  check: PermissionCheck,
): Promise<Verdict> => {
  const services = route.callers.filter((caller) => typeof caller === 'object' && 'service' in caller);
  if (services.length > 0) {
    return services.some((caller) => fitsService(caller, hop)) ? { allowed: true } : denied(refuse('untrusted_hop'));
  }
  // People only ever arrive through the gateway.
  if (hop.from !== 'gateway') return denied(refuse('untrusted_hop'));
  const person = hop.context.actor;
  if (!needsNobody(route) && !person) return denied(refuse('unauthenticated'));
  const beyond = person && beyondScopes(route, person.scopes, userIdInPath === person.userId);
  if (beyond) return denied(beyond);
  if (needsNobody(route) || !person) return { allowed: true };
  for (const caller of route.callers) {
    if (caller === 'user' || (typeof caller === 'object' && 'judged' in caller)) return { allowed: true };
    if (caller === 'self' && userIdInPath === person.userId) return { allowed: true };
    if (typeof caller === 'object' && 'permission' in caller) {
      if (await check(person.userId, caller.permission, hop.context)) return { allowed: true };
    }
  }
  return denied(refuse(route.openAboutExistence ? 'forbidden' : 'not_found'));
};

const fitsService = (caller: Caller, hop: TrustedHop): boolean =>
  typeof caller === 'object' && 'service' in caller && caller.service === hop.from;
