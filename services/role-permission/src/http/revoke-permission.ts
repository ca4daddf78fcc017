import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { revokePermission } from '@rollcall/types/routes/role-permission/permissions';
import { revisionHeader, submit } from '../access.ts';
import type { Ports } from '../ports.ts';

export const handleRevokePermission = ({ access }: Ports) =>
  handle(revokePermission, async ({ params: { userId, name: permission } }, { cause }) => {
    const written = await submit(access, { type: 'revokePermission', id: newId(), cause, userId, permission });
    return isRefusal(written) ? written : answer(200, { revision: written.revision }, revisionHeader(written));
  });
