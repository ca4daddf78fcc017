import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { entityId, userId as userIdSchema } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/groups';
import { z } from 'zod';
import { present, revisionHeader } from '../access.ts';
import { governs, may } from '../domain/authority.ts';
import { governsOneOf, groupMembersFor, groupsFor, groupsOf, seesGroup } from '../domain/group-queries.ts';
import { isKnownUser } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { answerWish, wishFor } from './wish.ts';

export const groupHandlers = (ports: Ports) => {
  const { access } = ports;
  const seenBy = (actor: string, groupId: string) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    return seesGroup(reading.state, actor, groupId, reading.now) ? reading : refuse('not_found');
  };

  return [
    handle(routes.listGroups, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([entityId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const kind = query.manageableBy === 'me' ? 'manageable' : query.kind;
      const groups = groupsFor(reading.state, signedIn.userId, reading.now, { kind, after: after?.[0] });
      return answer(
        200,
        pageFrom(groups, query.limit, ({ id }) => [id]),
      );
    }),

    handle(routes.createGroup, async ({ body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'createGroup', ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { createdId: id, written } = outcome;
      const { revision } = written;
      return answer(201, { id, ...body, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.readGroup, async ({ params: { groupId } }, { signedIn }) => {
      const reading = seenBy(signedIn.userId, groupId);
      if (isRefusal(reading)) return reading;
      const group = reading.state.groups.get(groupId);
      return group ? answer(200, { id: groupId, ...group, revision: reading.revision }) : refuse('not_found');
    }),

    handle(routes.describeGroup, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'describeGroup', ...params, ...body }], query, context)),
    ),

    handle(routes.deleteGroup, async ({ params, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'deleteGroup', ...params }], query, context)),
    ),

    handle(routes.listGroupMembers, async ({ params: { groupId }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([userIdSchema]));
      if (isRefusal(after)) return after;
      const reading = seenBy(signedIn.userId, groupId);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const members = groupMembersFor(state, signedIn.userId, groupId, now, after?.[0]);
      const page = pageFrom(members, query.limit, ({ userId }) => [userId]);
      return answer(200, { ...page, revision });
    }),

    handle(routes.addGroupMember, async ({ params, body, query: { organization, ...trial } }, context) => {
      const seen = seenBy(context.signedIn.userId, params.groupId);
      if (isRefusal(seen)) return seen;
      const wish = { type: 'addGroupMember' as const, ...params, ...body, organizationId: organization ?? null };
      const outcome = await wishFor(ports, [wish], trial, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { userId, validUntil = null } = body;
      const { revision } = outcome.written;
      return answer(201, { id: userId, userId, validUntil, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.removeGroupMember, async ({ params, query }, context) => {
      const seen = seenBy(context.signedIn.userId, params.groupId);
      if (isRefusal(seen)) return seen;
      return answerWish(await wishFor(ports, [{ type: 'removeGroupMember', ...params }], query, context));
    }),

    handle(routes.grantGroupPermission, async ({ params: { groupId, name: permission }, body, query }, context) => {
      const wish = { type: 'grantPermission' as const, groupId, permission, ...body };
      return answerWish(await wishFor(ports, [wish], query, context));
    }),

    handle(routes.revokeGroupPermission, async ({ params: { groupId, name: permission }, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'revokePermission', groupId, permission }], query, context)),
    ),

    handle(routes.listUserGroups, async ({ params: { userId }, query }, { signedIn: { userId: actor } }) => {
      const after = decodeCursor(query.cursor, z.tuple([entityId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const seesAll = actor === userId || may(state, actor, 'groups.manage', now);
      if (!isKnownUser(state, userId) || !(seesAll || governsOneOf(state, actor, userId, now)))
        return refuse('not_found');
      const counts = (organizationId: string | null): boolean =>
        seesAll || (organizationId !== null && governs(state, actor, organizationId, now));
      const groups = groupsOf(state, userId, now, { counts, after: after?.[0] });
      return answer(200, { ...pageFrom(groups, query.limit, ({ id }) => [id]), revision });
    }),

    handle(routes.setUserGroups, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'setUserGroups', ...params, ...body }], query, context)),
    ),
  ];
};
