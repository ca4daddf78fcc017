import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { describePermission } from '@rollcall/types/routes/role-permission';
import { hidden, revisionHeader, submit } from '../access.ts';
import { isBuiltIn } from '../domain/state.ts';
import type { Ports } from '../ports.ts';

export const handleDescribePermission = ({ access }: Ports) =>
  handle(describePermission, async ({ params: { name }, body: { description } }, { cause }) => {
    const written = hidden(await submit(access, { type: 'describePermission', id: newId(), cause, name, description }));
    if (isRefusal(written)) return written;
    const { revision } = written;
    // As of that revision: what the state says by now may be another caller's doing.
    return answer(200, { name, description, builtIn: isBuiltIn(name), revision }, revisionHeader(revision));
  });
