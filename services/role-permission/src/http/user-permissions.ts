import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newId } from '@rollcall/service-kit/identity';
import { userId } from '@rollcall/types/ids';
import { permissionName } from '@rollcall/types/permissions';
import { isRefusal, refuse } from '@rollcall/types/problems';
import {
  grantPermission,
  listHolders,
  listUserPermissions,
  listUserServiceUserPermissions,
  revokePermission,
} from '@rollcall/types/routes/role-permission';
import { z } from 'zod';
import { present, revisionHeader, submit } from '../access.ts';
import { findPermission, holdersOf, isKnownUser, permissionsOf } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { take } from '../take.ts';

/** What a person holds and where each comes from, under both its names. */
export const handleListUserPermissions = ({ access }: Ports) =>
  [listUserPermissions, listUserServiceUserPermissions].map((route) =>
    handle(route, async ({ params, query }) => {
      const after = decodeCursor(query.cursor, z.tuple([permissionName]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      if (!isKnownUser(reading.state, params.userId)) return refuse('not_found');
      const rows = take(permissionsOf(reading.state, params.userId, reading.now, after?.[0]), query.limit + 1);
      const page = pageOf(
        rows,
        query.limit,
        (row) => [row.name],
        (row) => row,
      );
      return answer(200, { ...page, revision: reading.revision });
    }),
  );

export const handleListHolders = ({ access }: Ports) =>
  handle(listHolders, async ({ params, query }) => {
    const after = decodeCursor(query.cursor, z.tuple([userId]));
    if (isRefusal(after)) return after;
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    if (!findPermission(reading.state, params.name)) return refuse('not_found');
    const rows = take(holdersOf(reading.state, params.name, reading.now, after?.[0]), query.limit + 1);
    const page = pageOf(
      rows,
      query.limit,
      (row) => [row.userId],
      (row) => row,
    );
    return answer(200, page);
  });

export const handleGrantPermission = ({ access }: Ports) =>
  handle(grantPermission, async ({ params, body }, { cause }) => {
    const validUntil = body.validUntil ?? null;
    if (validUntil !== null && Date.parse(validUntil) <= Date.now()) {
      return refuse('invalid_input', { errors: [{ pointer: '/body/validUntil', detail: 'must not lie in the past' }] });
    }
    const { userId: grantee, name: permission } = params;
    const grant = { type: 'grantPermission', id: newId(), cause, userId: grantee, permission, validUntil } as const;
    const written = await submit(access, grant);
    return isRefusal(written) ? written : answer(200, written, revisionHeader(written.revision));
  });

export const handleRevokePermission = ({ access }: Ports) =>
  handle(revokePermission, async ({ params }, { cause }) => {
    const { userId: holder, name: permission } = params;
    const written = await submit(access, { type: 'revokePermission', id: newId(), cause, userId: holder, permission });
    return isRefusal(written) ? written : answer(200, written, revisionHeader(written.revision));
  });
