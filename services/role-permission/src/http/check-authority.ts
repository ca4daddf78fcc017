import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { checkAuthority } from '@rollcall/types/routes/role-permission/internal';
import { present } from '../access.ts';
import { mayActAsUntil, mayRule } from '../domain/authority.ts';
import type { Ports } from '../ports.ts';

export const handleCheckAuthority = ({ access }: Ports) =>
  handle(checkAuthority, async ({ body }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const { state, revision, now } = reading;
    const until = mayActAsUntil(state, body.actor, body.userId);
    return answer(200, {
      mayRule: mayRule(state, body.actor, body.userId, now),
      mayActAs: now < until,
      until: Number.isFinite(until) ? new Date(until).toISOString() : null,
      revision,
    });
  });
