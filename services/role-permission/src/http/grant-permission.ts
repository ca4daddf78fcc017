import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { grantPermission } from '@rollcall/types/routes/role-permission/permissions';
import { revisionHeader, submit } from '../access.ts';
import type { Ports } from '../ports.ts';

export const handleGrantPermission = ({ access }: Ports) =>
  handle(grantPermission, async ({ params: { userId, name: permission }, body }, { cause }) => {
    const validUntil = body.validUntil ?? null;
    const grant = { type: 'grantPermission', id: newId(), cause, userId, permission, validUntil } as const;
    const written = await submit(access, grant);
    return isRefusal(written) ? written : answer(200, { revision: written.revision }, revisionHeader(written));
  });
