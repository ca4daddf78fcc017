import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { entityId, userId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/teams';
import { z } from 'zod';
import { present, revisionHeader } from '../access.ts';
import { seesOrganization } from '../domain/authority.ts';
import { teamMembersOf, teamsFor } from '../domain/team-queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { shownTimes } from './shown-times.ts';
import { answerWish, wishFor } from './wish.ts';

/** So many members are shown with the team itself. */
const shown = 200;

export const teamHandlers = (ports: Ports) => {
  const { access, names } = ports;
  return [
    handle(routes.createTeam, async ({ body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'createTeam', ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { createdId: id, written } = outcome;
      const { revision } = written;
      return answer(201, { id, ...body, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.listTeams, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([entityId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now } = reading;
      if (query.organization && !seesOrganization(state, signedIn.userId, query.organization, now)) {
        return refuse('not_found');
      }
      const page = pageFrom(
        teamsFor(state, signedIn.userId, now, query.organization, after?.[0]),
        query.limit,
        (row) => [row.id],
      );
      const items = await Promise.all(
        page.items.map(async (team) => ({ ...team, ...shownTimes(team), name: await names.open(team.name) })),
      );
      return answer(200, { ...page, items });
    }),

    handle(routes.readTeam, async ({ params: { teamId } }, { signedIn }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const team = state.teams.get(teamId);
      if (!team || !seesOrganization(state, signedIn.userId, team.organizationId, now)) return refuse('not_found');
      const members = [...pageFrom(teamMembersOf(state, teamId, now), shown, (row) => [row.userId]).items];
      const name = await names.open(team.name);
      return answer(200, { id: teamId, ...team, ...shownTimes(team), name, revision, members });
    }),

    handle(routes.renameTeam, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'renameTeam', ...params, ...body }], query, context)),
    ),

    handle(routes.deleteTeam, async ({ params, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'deleteTeam', ...params }], query, context)),
    ),

    handle(routes.listTeamMembers, async ({ params: { teamId }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([userId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const team = state.teams.get(teamId);
      if (!team || !seesOrganization(state, signedIn.userId, team.organizationId, now)) return refuse('not_found');
      const page = pageFrom(teamMembersOf(state, teamId, now, after?.[0]), query.limit, (row) => [row.userId]);
      return answer(200, { ...page, revision });
    }),

    handle(routes.addTeamMember, async ({ params, body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'addTeamMember', ...params, ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { userId: id, validUntil = null } = body;
      const { revision } = outcome.written;
      return answer(201, { id, userId: id, validUntil, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.changeTeamMember, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'changeTeamMember', ...params, ...body }], query, context)),
    ),

    handle(routes.removeTeamMember, async ({ params, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'removeTeamMember', ...params }], query, context)),
    ),
  ];
};
