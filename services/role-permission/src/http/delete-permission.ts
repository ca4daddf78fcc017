import { handle } from '@rollcall/service-kit/call-context';
import { deletePermission } from '@rollcall/types/routes/role-permission/permissions';
import type { Ports } from '../ports.ts';
import { answerWish, wishFor } from './wish.ts';

export const handleDeletePermission = (ports: Ports) =>
  handle(deletePermission, async ({ params, query }, context) =>
    answerWish(await wishFor(ports, [{ type: 'deletePermission', ...params }], query, context)),
  );
