import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { permissionName } from '@rollcall/types/permissions';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { listUserPermissions } from '@rollcall/types/routes/role-permission/permissions';
import { listUserServiceUserPermissions } from '@rollcall/types/routes/role-permission/user-service';
import { z } from 'zod';
import { isKnownUser, permissionsOf } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { scopedReading, toldTo } from './scope.ts';

/** What a person holds and where each comes from, under both its names. */
export const handleListUserPermissions = (ports: Ports) =>
  [listUserPermissions, listUserServiceUserPermissions].map((route) =>
    handle(route, async ({ params, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([permissionName]));
      if (isRefusal(after)) return after;
      const reading = scopedReading({ ports, right: 'permissions.read', of: params.userId }, query, signedIn);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      if (!isKnownUser(state, params.userId)) return refuse('not_found');
      const held = permissionsOf(state, params.userId, now, {
        after: after?.[0],
        organizationId: query.organization ?? null,
      });
      const page = pageFrom(held, query.limit, (row) => [row.name]);
      const isOwn = params.userId === signedIn.userId;
      const items = isOwn ? page.items : page.items.map(toldTo(state, signedIn.userId, query.organization, now));
      return answer(200, { ...page, items, revision });
    }),
  );
