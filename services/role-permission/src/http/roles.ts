import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { userId as userIdSchema } from '@rollcall/types/ids';
import { permissionName } from '@rollcall/types/permissions';
import { isRefusal, refuse } from '@rollcall/types/problems';
import type { RoleAssignee } from '@rollcall/types/roles';
import * as routes from '@rollcall/types/routes/role-permission/roles';
import { z } from 'zod';
import { revisionHeader } from '../access.ts';
import { isKnownUser } from '../domain/queries.ts';
import { assigneesOf, findRole, keyOfHeld, rolesHeldBy, rolesOf } from '../domain/role-queries.ts';
import { scopedName } from '../domain/tuples.ts';
import type { Ports } from '../ports.ts';
import { heldRoleCursor, subjectCursor } from './cursors.ts';
import { pageFrom } from './page-from.ts';
import { type Scope, scopedReading, scopedWish } from './scope.ts';
import { answerWish } from './wish.ts';

export const roleHandlers = (ports: Ports) => {
  const managed = { ports, right: 'roles.manage' } as const;
  const keyIn = ({ organization }: Scope, name: string): string => scopedName(organization ?? null, name);

  return [
    handle(routes.listRoles, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([permissionName]));
      if (isRefusal(after)) return after;
      const reading = scopedReading(managed, query, signedIn);
      if (isRefusal(reading)) return reading;
      const roles = rolesOf(reading.state, query.organization, after?.[0]);
      return answer(
        200,
        pageFrom(roles, query.limit, ({ name }) => [name]),
      );
    }),

    handle(routes.createRole, async ({ body, query }, context) => {
      const { permissions = [] } = body;
      const outcome = await scopedWish(managed, { type: 'createRole', ...body, permissions }, query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { revision } = outcome.written;
      const organizationId = query.organization ?? null;
      const made = { id: body.name, ...body, organizationId, permissions: [...new Set(permissions)].sort(), revision };
      return answer(201, made, revisionHeader(outcome.written));
    }),

    handle(routes.readRole, async ({ params: { name }, query }, { signedIn }) => {
      const reading = scopedReading(managed, query, signedIn);
      if (isRefusal(reading)) return reading;
      const role = findRole(reading.state, keyIn(query, name));
      return role ? answer(200, { ...role, revision: reading.revision }) : refuse('not_found');
    }),

    handle(routes.describeRole, async ({ params, body, query }, context) =>
      answerWish(await scopedWish(managed, { type: 'describeRole', ...params, ...body }, query, context)),
    ),

    handle(routes.deleteRole, async ({ params, query }, context) =>
      answerWish(await scopedWish(managed, { type: 'deleteRole', ...params }, query, context)),
    ),

    handle(routes.addRolePermission, async ({ params: { name: role, permission }, body, query }, context) => {
      const wish = { type: 'grantPermission' as const, role, permission, ...body };
      return answerWish(await scopedWish(managed, wish, query, context));
    }),

    handle(routes.removeRolePermission, async ({ params: { name: role, permission }, query }, context) =>
      answerWish(await scopedWish(managed, { type: 'revokePermission', role, permission }, query, context)),
    ),

    handle(routes.listRoleAssignees, async ({ params: { name }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, subjectCursor);
      if (isRefusal(after)) return after;
      const reading = scopedReading(managed, query, signedIn);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const key = keyIn(query, name);
      if (!state.roles.has(key)) return refuse('not_found');
      const page = pageFrom(assigneesOf(state, key, now, after?.[0]), query.limit, ({ subject }) => [subject]);
      return answer(200, { ...page, items: page.items.map(({ subject: _, ...assignment }) => assignment), revision });
    }),

    handle(routes.assignRole, async ({ params: { name, assignee }, body, query }, context) => {
      const wish = { type: 'assignRole' as const, name, ...assigneeIn(assignee), ...body };
      return answerWish(await scopedWish(managed, wish, query, context));
    }),

    handle(routes.unassignRole, async ({ params: { name, assignee }, query }, context) => {
      const wish = { type: 'unassignRole' as const, name, ...assigneeIn(assignee) };
      return answerWish(await scopedWish(managed, wish, query, context));
    }),

    handle(routes.assignUserRole, async ({ params, body, query }, context) =>
      answerWish(await scopedWish(managed, { type: 'assignRole', ...params, ...body }, query, context)),
    ),

    handle(routes.unassignUserRole, async ({ params, query }, context) =>
      answerWish(await scopedWish(managed, { type: 'unassignRole', ...params }, query, context)),
    ),

    handle(routes.listUserRoles, async ({ params: { userId }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, heldRoleCursor);
      if (isRefusal(after)) return after;
      const reading = scopedReading({ ports, right: 'permissions.read', of: userId }, query, signedIn);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      if (!isKnownUser(state, userId)) return refuse('not_found');
      const rows = rolesHeldBy(state, userId, now, query.organization)
        .map((held) => ({ key: keyOfHeld(held), held }))
        .filter(({ key }) => !after || key > after[0])
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      const page = pageFrom(rows, query.limit, ({ key }) => [key]);
      return answer(200, { ...page, items: page.items.map(({ held }) => held), revision });
    }),
  ];
};

const assigneeIn = (assignee: RoleAssignee) => {
  const [kind, id] = [assignee.slice(0, assignee.indexOf(':')), assignee.slice(assignee.indexOf(':') + 1)];
  if (kind === 'user') return { userId: userIdSchema.parse(id) };
  return kind === 'team' ? { teamId: id } : { groupId: id };
};
