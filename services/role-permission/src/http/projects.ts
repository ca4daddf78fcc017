import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { entityId, userId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/projects';
import { z } from 'zod';
import { present, revisionHeader } from '../access.ts';
import { seesOrganization, seesProject } from '../domain/authority.ts';
import { projectMembersOf, projectsFor } from '../domain/project-queries.ts';
import type { AccessState } from '../domain/state.ts';
import type { Ports } from '../ports.ts';
import { subjectCursor } from './cursors.ts';
import { pageFrom } from './page-from.ts';
import { shownTimes } from './shown-times.ts';
import { answerWish, wishFor } from './wish.ts';

/** So many members are shown with the project itself. */
const shown = 200;

export const projectHandlers = (ports: Ports) => {
  const { access, names } = ports;
  return [
    handle(routes.createProject, async ({ body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'createProject', ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { createdId: id, written } = outcome;
      const { revision } = written;
      return answer(201, { id, ...body, revision }, revisionHeader(outcome.written));
    }),

    handle(routes.listProjects, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([entityId]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now } = reading;
      if (query.organization && !seesOrganization(state, signedIn.userId, query.organization, now)) {
        return refuse('not_found');
      }
      const rows = projectsFor(state, signedIn.userId, now, query.organization, after?.[0]);
      const page = pageFrom(rows, query.limit, ({ id }) => [id]);
      const items = await Promise.all(
        page.items.map(async (row) => ({ ...row, ...shownTimes(row), name: await names.open(row.name) })),
      );
      return answer(200, { ...page, items });
    }),

    handle(routes.readProject, async ({ params: { projectId } }, { signedIn }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const project = state.projects.get(projectId);
      if (!project || !seesProject(state, signedIn.userId, projectId, now)) return refuse('not_found');
      const { items } = pageFrom(projectMembersOf(state, projectId, now), shown, ({ subject }) => [subject]);
      const members = items.map(({ subject: _, ...member }) => member);
      const name = await names.open(project.name);
      return answer(200, { id: projectId, ...project, ...shownTimes(project), name, revision, members });
    }),

    handle(routes.renameProject, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'renameProject', ...params, ...body }], query, context)),
    ),

    handle(routes.deleteProject, async ({ params, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'deleteProject', ...params }], query, context)),
    ),

    handle(routes.transferProject, async ({ params, body, query }, context) =>
      answerWish(await wishFor(ports, [{ type: 'transferProject', ...params, ...body }], query, context)),
    ),

    handle(routes.listProjectMembers, async ({ params: { projectId }, query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, subjectCursor);
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      if (!seesProject(state, signedIn.userId, projectId, now)) return refuse('not_found');
      const rows = projectMembersOf(state, projectId, now, after?.[0]);
      const page = pageFrom(rows, query.limit, ({ subject }) => [subject]);
      return answer(200, { ...page, items: page.items.map(({ subject: _, ...member }) => member), revision });
    }),

    handle(routes.addProjectMember, async ({ params, body, query }, context) => {
      const outcome = await wishFor(ports, [{ type: 'addProjectMember', ...params, ...body }], query, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { validUntil = null, ...who } = body;
      const { revision } = outcome.written;
      return answer(
        201,
        { id: who.userId ?? who.teamId ?? '', ...who, validUntil, revision },
        revisionHeader(outcome.written),
      );
    }),

    handle(routes.changeProjectMember, async ({ params: { projectId, memberId }, body, query }, context) => {
      const who = memberIn(access.reading?.state, memberId);
      const wish = { type: 'changeProjectMember' as const, projectId, ...who, ...body };
      return answerWish(await wishFor(ports, [wish], query, context));
    }),

    handle(routes.removeProjectMember, async ({ params: { projectId, memberId }, query }, context) => {
      const who = memberIn(access.reading?.state, memberId);
      return answerWish(await wishFor(ports, [{ type: 'removeProjectMember', projectId, ...who }], query, context));
    }),
  ];
};

/** A member is named by its id alone, which says whether it is a team. */
const memberIn = (state: AccessState | undefined, memberId: string) =>
  state?.teams.has(memberId) ? { teamId: memberId } : { userId: userId.parse(memberId) };
