import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { appointDevAdmin } from '@rollcall/types/routes/role-permission/internal';
import { submit } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import type { Ports } from '../ports.ts';

const organizationName = 'Admin Organization';

/**
 * Make somebody an administrator with an organization, on a developer's machine only. The domain asks for no right here:
 * this is the one place that judges whether a tool may do it.
 */
export const handleAppointDevAdmin = ({ access, config, names }: Ports) =>
  handle(appointDevAdmin, async ({ params: { userId } }, { cause }) => {
    if (!config.appointsAdminsForTools) return refuse('forbidden');
    const appointed = await submit(access, { type: 'appointAdmin', id: newId(), cause, userId });
    if (isRefusal(appointed)) return appointed;
    // The same command every time: it has its effect once.
    const id = commandIdOf(
      { caller: 'operator', operation: appointDevAdmin.operationId, key: userId },
      organizationName,
    );
    const organizationId = commandIdOf(
      { caller: 'operator', operation: 'organization', key: userId },
      organizationName,
    );
    const [plan] = config.plans;
    if (!plan) throw new Error('there is no plan');
    const name = await names.seal(organizationId, organizationName);
    const founding = { type: 'createOrganization' as const, organizationId, name, plan };
    // Whoever founds it is its admin.
    const written = await submit(access, { ...founding, id, cause: { ...cause, actor: userId } });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  });
