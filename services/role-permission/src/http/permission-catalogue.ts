import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newId } from '@rollcall/service-kit/identity';
import { permissionName } from '@rollcall/types/permissions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import {
  createPermission,
  createUserServicePermission,
  deletePermission,
  describePermission,
  listPermissions,
  listUserServicePermissions,
  readPermission,
} from '@rollcall/types/routes/role-permission';
import { z } from 'zod';
import { present, revisionHeader, submit } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import { findPermission, listPermissions as permissionsAfter } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { take } from '../take.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const readPage = ({ access }: Ports, query: PageQuery) => {
  const after = decodeCursor(query.cursor, z.tuple([permissionName]));
  if (isRefusal(after)) return after;
  const reading = present(access);
  if (isRefusal(reading)) return reading;
  const rows = take(permissionsAfter(reading.state, after?.[0]), query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.name],
    (row) => row,
  );
};

/** Every permission that exists, under both its names. */
export const handleListPermissions = (ports: Ports) =>
  [listPermissions, listUserServicePermissions].map((route) =>
    handle(route, async ({ query }) => {
      const page = readPage(ports, query);
      return isRefusal(page) ? page : answer(200, page);
    }),
  );

export const handleReadPermission = ({ access }: Ports) =>
  handle(readPermission, async ({ params }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const permission = findPermission(reading.state, params.name);
    return permission ? answer(200, permission) : refuse('not_found');
  });

/** Define a permission, under both its names. */
export const handleCreatePermission = ({ access }: Ports) =>
  [createPermission, createUserServicePermission].map((route) =>
    handle(route, async ({ body }, { cause, claim }) => {
      const id = claim ? commandIdOf(claim) : newId();
      const written = await submit(access, { type: 'createPermission', id, cause, ...body });
      if (isRefusal(written)) return written;
      const { revision } = written;
      return answer(201, { id: body.name, ...body, builtIn: false, revision }, revisionHeader(revision));
    }),
  );

export const handleDescribePermission = ({ access }: Ports) =>
  handle(describePermission, async ({ params, body }, { cause }) => {
    const command = { type: 'describePermission', id: newId(), cause, name: params.name, ...body } as const;
    const written: { readonly revision: number } | Refusal = await submit(access, command);
    if (isRefusal(written)) return written;
    const reading = present(access);
    const permission = isRefusal(reading) ? undefined : findPermission(reading.state, params.name);
    if (!permission) return refuse('not_found');
    return answer(200, { ...permission, revision: written.revision }, revisionHeader(written.revision));
  });

export const handleDeletePermission = ({ access }: Ports) =>
  handle(deletePermission, async ({ params }, { cause }) => {
    const written = await submit(access, { type: 'deletePermission', id: newId(), cause, name: params.name });
    return isRefusal(written) ? written : answer(200, written, revisionHeader(written.revision));
  });
