import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { setUserAccess } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import { setAccess } from '../set-access.ts';

export const handleSetUserAccess = (ports: Ports) =>
  handle(setUserAccess, async ({ params, body }, context) => {
    const cause = { ...context.cause, actor: body.actor ?? context.cause.actor };
    const known = await setAccess(ports, params.userId, body.enabled, cause);
    return known ? answer(200, { enabled: body.enabled }) : refuse('not_found');
  });
