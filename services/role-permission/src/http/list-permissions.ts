import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { permissionName } from '@rollcall/types/permissions';
import { isRefusal } from '@rollcall/types/problems';
import { listPermissions } from '@rollcall/types/routes/role-permission/permissions';
import { listUserServicePermissions } from '@rollcall/types/routes/role-permission/user-service';
import { z } from 'zod';
import { present } from '../access.ts';
import { listPermissions as permissionsAfter } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';

/** Every permission that exists, under both its names. */
export const handleListPermissions = ({ access }: Ports) =>
  [listPermissions, listUserServicePermissions].map((route) =>
    handle(route, async ({ query }) => {
      const after = decodeCursor(query.cursor, z.tuple([permissionName]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      return answer(
        200,
        pageFrom(permissionsAfter(reading.state, after?.[0]), query.limit, (row) => [row.name]),
      );
    }),
  );
