import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { readPermission } from '@rollcall/types/routes/role-permission/permissions';
import { present } from '../access.ts';
import { findPermission } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';

export const handleReadPermission = ({ access }: Ports) =>
  handle(readPermission, async ({ params }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const permission = findPermission(reading.state, params.name);
    return permission ? answer(200, permission) : refuse('not_found');
  });
