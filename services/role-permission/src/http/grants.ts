import { handle } from '@rollcall/service-kit/call-context';
import * as routes from '@rollcall/types/routes/role-permission/permissions';
import type { Ports } from '../ports.ts';
import { scopedWish } from './scope.ts';
import { answerWish } from './wish.ts';

/** Grants to people and teams, everywhere or within an organization, and their end. */
export const grantHandlers = (ports: Ports) => {
  const granting = { ports, right: 'permissions.grant' } as const;
  return [
    handle(routes.grantPermission, async ({ params: { userId, name: permission }, body, query }, context) => {
      const wish = { type: 'grantPermission' as const, userId, permission, ...body };
      return answerWish(await scopedWish(granting, wish, query, context));
    }),

    handle(routes.revokePermission, async ({ params: { userId, name: permission }, query }, context) =>
      answerWish(await scopedWish(granting, { type: 'revokePermission', userId, permission }, query, context)),
    ),

    handle(routes.grantTeamPermission, async ({ params: { teamId, name: permission }, body, query }, context) => {
      const wish = { type: 'grantPermission' as const, teamId, permission, ...body };
      return answerWish(await scopedWish(granting, wish, query, context));
    }),

    handle(routes.revokeTeamPermission, async ({ params: { teamId, name: permission }, query }, context) =>
      answerWish(await scopedWish(granting, { type: 'revokePermission', teamId, permission }, query, context)),
    ),
  ];
};
