import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { deletePermission } from '@rollcall/types/routes/role-permission/permissions';
import { revisionHeader, submit } from '../access.ts';
import type { Ports } from '../ports.ts';

export const handleDeletePermission = ({ access }: Ports) =>
  handle(deletePermission, async ({ params: { name } }, { cause }) => {
    const written = await submit(access, { type: 'deletePermission', id: newId(), cause, name });
    return isRefusal(written) ? written : answer(200, { revision: written.revision }, revisionHeader(written));
  });
