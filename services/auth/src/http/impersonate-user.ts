import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { impersonationScopes } from '@rollcall/types/route-scopes';
import { impersonateUser } from '@rollcall/types/routes/auth/sessions';
import { checkAuthority } from '@rollcall/types/routes/role-permission/internal';
import { proveFresh } from '../factors/freshness.ts';
import type { Ports } from '../ports.ts';
import { startImpersonation } from '../sessions/impersonate.ts';
import { findCredentialOf } from '../store/credentials.ts';

export const handleImpersonateUser = (ports: Ports) =>
  handle(impersonateUser, async ({ params, body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId } = params;
    if (!(await findCredentialOf(ports.connection.db, userId))) return refuse('not_found');
    const until = await mayLookUntil(ports, userId, context);
    if (isRefusal(until)) return until;
    const started = await startImpersonation(ports, userId, { reason: body.reason, until }, context);
    if (isRefusal(started)) return started;
    return answer(201, {
      ...started,
      tokenType: 'Bearer' as const,
      scopes: [...impersonationScopes],
      user: { id: userId },
    });
  });

/** Nobody sees by it what they may not see themselves, nor for longer. */
const mayLookUntil = async (
  { client }: Ports,
  userId: UserId,
  { signedIn, hop }: CallContext,
): Promise<number | Refusal> => {
  if (userId === signedIn.userId) return refuse('forbidden', { detail: 'This is your own account.' });
  const checked = await client.call(checkAuthority, { body: { actor: signedIn.userId, userId }, context: hop });
  if (isRefusal(checked)) return checked;
  const { mayRule, mayActAs, until } = checked.body;
  if (!mayRule || !mayActAs) return refuse('forbidden', { detail: 'They hold rights that you do not hold.' });
  return until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
};
