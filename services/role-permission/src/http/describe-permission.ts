import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { describePermission } from '@rollcall/types/routes/role-permission/permissions';
import { revisionHeader } from '../access.ts';
import type { Ports } from '../ports.ts';
import { wishFor } from './wish.ts';

export const handleDescribePermission = (ports: Ports) =>
  handle(describePermission, async ({ params: { name }, body: { description }, query }, context) => {
    const outcome = await wishFor(ports, [{ type: 'describePermission', name, description }], query, context);
    if (isRefusal(outcome)) return outcome;
    if (outcome.tried) return answer(200, outcome.tried);
    const { revision } = outcome.written;
    // As of that revision: what the state says by now may be another caller's doing.
    return answer(200, { name, description, builtIn: false, revision }, revisionHeader(outcome.written));
  });
