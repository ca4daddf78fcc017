import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isServiceAccountId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { setSuspension } from '@rollcall/types/routes/role-permission/internal';
import { submit } from '../access.ts';
import type { Ports } from '../ports.ts';

/** Deny a person everything, or stop denying it, on behalf of whoever asked for it. */
export const handleSetSuspension = ({ access }: Ports) =>
  handle(setSuspension, async ({ params: { userId }, body }, context) => {
    // Those of programs are removed by auth, for good.
    if (isServiceAccountId(userId)) return refuse('not_found');
    const type = body.suspended ? 'suspendUser' : 'restoreUser';
    const cause = { ...context.cause, actor: body.actor };
    const written = await submit(access, { type, id: newId(), cause, userId });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  });
