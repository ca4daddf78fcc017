import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { createPermission } from '@rollcall/types/routes/role-permission/permissions';
import { createUserServicePermission } from '@rollcall/types/routes/role-permission/user-service';
import { present, revisionHeader, submit } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import { findPermission } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';

/** Define a permission, under both its names. */
export const handleCreatePermission = ({ access }: Ports) => {
  const isMissing = (name: string): boolean => {
    const reading = present(access);
    return !isRefusal(reading) && findPermission(reading.state, name) === undefined;
  };
  return [createPermission, createUserServicePermission].map((route) =>
    handle(route, async ({ body }, { cause, claim }) => {
      const create = (id: string) => submit(access, { type: 'createPermission', id, cause, ...body });
      let written = await create(claim ? commandIdOf(claim, body) : newId());
      // The log never forgets a command, but a key is forgotten after a day: what it did then may be long undone.
      if (claim && !isRefusal(written) && isMissing(body.name)) written = await create(newId());
      if (isRefusal(written)) return written;
      const { revision } = written;
      return answer(201, { id: body.name, ...body, builtIn: false, revision }, revisionHeader(written));
    }),
  );
};
