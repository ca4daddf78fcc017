import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { describePermission } from '@rollcall/types/routes/role-permission/permissions';
import { revisionHeader, submit } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import type { Ports } from '../ports.ts';
import { isForgotten } from '../store/command-age.ts';

export const handleDescribePermission = ({ access, connection }: Ports) =>
  handle(describePermission, async ({ params: { name }, body: { description } }, { cause, claim }) => {
    const keyed = claim && commandIdOf(claim, { name, description });
    // The log never forgets a command: one whose key is forgotten would be taken for a repetition, and do nothing.
    const id = keyed === null || (await isForgotten(connection.db, keyed)) ? newId() : keyed;
    const written = await submit(access, { type: 'describePermission', id, cause, name, description });
    if (isRefusal(written)) return written;
    const { revision } = written;
    // As of that revision: what the state says by now may be another caller's doing.
    return answer(200, { name, description, builtIn: false, revision }, revisionHeader(written));
  });
