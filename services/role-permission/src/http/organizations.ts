import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { entityId, userId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/organizations';
import { z } from 'zod';
import { present, revisionHeader } from '../access.ts';
import { governs, may, seesOrganization } from '../domain/authority.ts';
import { membersOf, organizationsOf, partsOf } from '../domain/organization-queries.ts';
import { seatsTaken } from '../domain/seats.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { shownTimes } from './shown-times.ts';
import { answerWish, wishFor } from './wish.ts';

/** Of each kind of part so many are shown with the organization itself. */
const shown = 200;

export const organizationHandlers = (ports: Ports) => {
  const { access, names } = ports;
  return [
    handle(routes.createOrganization, async ({ body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'createOrganization', ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { createdId: id, written } = outcome;
      const { revision } = written;
      return answer(201, { id, name: body.name, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.listOrganizations, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([entityId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const page = pageFrom(
        organizationsOf(reading.state, signedIn.userId, reading.now, after?.[0]),
        query.limit,
        ({ id }) => [id],
      );
      const items = await Promise.all(
        page.items.map(async ({ id, admin, name, ...times }) => ({
          id,
          admin,
          name: await names.open(name),
          ...shownTimes(times),
        })),
      );
      return answer(200, { ...page, items });
    }),

    handle(routes.readOrganization, async ({ params: { organizationId } }, { signedIn }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const organization = state.organizations.get(organizationId);
      if (!organization || !seesOrganization(state, signedIn.userId, organizationId, now)) return refuse('not_found');
      const members = [...membersOf(state, organizationId, now)];
      const parts = partsOf(state, organizationId);
      const named = (things: readonly { readonly id: string; readonly name: string }[]) =>
        Promise.all(things.slice(0, shown).map(async ({ id, name }) => ({ id, name: await names.open(name) })));
      const mayGovern =
        governs(state, signedIn.userId, organizationId, now) || may(state, signedIn.userId, 'access.read', now);
      return answer(200, {
        id: organizationId,
        name: await names.open(organization.name),
        ...shownTimes(organization),
        revision,
        memberCount: members.length,
        members: members.slice(0, shown),
        teams: await named(parts.teams),
        projects: await named(parts.projects),
        ...(mayGovern
          ? {
              plan: organization.plan.plan,
              seats: { taken: seatsTaken(state, organizationId), of: organization.plan.seats },
              reservations: [...organization.reservations.entries()].map(([reservationId, validUntil]) => ({
                reservationId,
                validUntil,
              })),
            }
          : {}),
      });
    }),

    handle(routes.renameOrganization, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'renameOrganization', ...params, ...body }], query, context)),
    ),

    handle(routes.deleteOrganization, async ({ params, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'deleteOrganization', ...params }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const ended = (await ports.accessLog.ofCommand(outcome.commandId)).map(({ event }) => event.type);
      const count = (type: string): number => ended.filter((one) => one === type).length;
      const report = {
        members: count('organization.member_removed'),
        teams: count('team.deleted'),
        projects: count('project.deleted'),
        roles: count('role.deleted'),
        grants: count('permission.revoked'),
        reservations: count('organization.seat_released'),
      };
      return answer(200, { revision: outcome.written.revision, report }, revisionHeader(outcome.written));
    }),

    handle(routes.listOrganizationMembers, async ({ params: { organizationId }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([userId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      if (!seesOrganization(state, signedIn.userId, organizationId, now)) return refuse('not_found');
      const members = [...membersOf(state, organizationId, now)].filter((row) => !after || row.userId > after[0]);
      const rows = members.slice(0, query.limit + 1);
      return answer(200, {
        ...pageOf(
          rows,
          query.limit,
          (row) => [row.userId],
          (row) => row,
        ),
        revision,
      });
    }),

    handle(routes.addOrganizationMember, async ({ params, body, query }, context) => {
      const wish = { type: 'addOrganizationMember' as const, ...params, ...body };
      const outcome = await wishFor(ports, [wish], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { userId: id, admin = false, validUntil = null } = body;
      const { revision } = outcome.written;
      return answer(201, { id, userId: id, admin, validUntil, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.changeOrganizationMember, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'changeOrganizationMember', ...params, ...body }], query, context)),
    ),

    handle(routes.removeOrganizationMember, async ({ params, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'removeOrganizationMember', ...params }], query, context)),
    ),
  ];
};
