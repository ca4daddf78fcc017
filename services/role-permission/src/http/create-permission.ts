import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { createPermission } from '@rollcall/types/routes/role-permission/permissions';
import { createUserServicePermission } from '@rollcall/types/routes/role-permission/user-service';
import { revisionHeader } from '../access.ts';
import type { Ports } from '../ports.ts';
import { wishFor } from './wish.ts';

/** Define a permission, under both its names. */
export const handleCreatePermission = (ports: Ports) =>
  [createPermission, createUserServicePermission].map((route) =>
    handle(route, async ({ body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'createPermission', ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { revision } = outcome.written;
      return answer(201, { id: body.name, ...body, builtIn: false, revision }, revisionHeader(outcome.written));
    }),
  );
