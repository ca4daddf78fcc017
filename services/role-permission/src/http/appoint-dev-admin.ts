import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { appointDevAdmin } from '@rollcall/types/routes/role-permission/internal';
import { submit } from '../access.ts';
import type { Ports } from '../ports.ts';

/**
 * Make somebody an administrator, on a developer's machine only. The domain asks for no right here: this is the one
 * place that judges whether a tool may do it.
 */
export const handleAppointDevAdmin = ({ access, config }: Ports) =>
  handle(appointDevAdmin, async ({ params: { userId } }, { cause }) => {
    if (!config.appointsAdminsForTools) return refuse('forbidden');
    const written = await submit(access, { type: 'appointAdmin', id: newId(), cause, userId });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  });
