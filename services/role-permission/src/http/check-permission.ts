import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { checkPermission } from '@rollcall/types/routes/role-permission/internal';
import { present } from '../access.ts';
import { holds } from '../domain/holdings.ts';
import type { Ports } from '../ports.ts';

export const handleCheckPermission = ({ access }: Ports) =>
  handle(checkPermission, async ({ body }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const { state, revision, now } = reading;
    return answer(200, { granted: holds(state, body.userId, body.permission, now), revision });
  });
