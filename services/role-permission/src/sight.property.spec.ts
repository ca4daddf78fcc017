import { type Concern, Sight } from '@rollcall/types/access-sight';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyWishes } from './domain/arbitrary-wishes.ts';
import { governs, may, seesProject } from './domain/authority.ts';
import { isMember, isSuspended } from './domain/holdings.ts';
import { ada, ben, cleo, dan, founding, instant } from './domain/scenario.ts';
import type { AccessState } from './domain/state.ts';
import { concernOf } from './domain/visibility.ts';
import { LiveGraph } from './live-graph.ts';

/** The rule once more, in the words of the state. */
const seesByState = (state: AccessState, viewer: string, concern: Concern, now: number): boolean => {
  const { users, organizations, isForAdmins, project } = concern;
  if (isSuspended(state, viewer)) return false;
  if (users.includes(viewer) || may(state, viewer, 'access.read', now)) return true;
  const isThere = (id: string) => governs(state, viewer, id, now) || (!isForAdmins && isMember(state, id, viewer, now));
  if (organizations.some(isThere)) return true;
  if (project === null) return false;
  const owner = state.projects.get(project.id)?.owner;
  const isPresent =
    owner !== undefined && project.owners.includes(owner) && seesProject(state, viewer, project.id, now);
  return may(state, viewer, 'access.manage', now) || isPresent;
};

const rights = fc.record({
  userId: fc.constantFrom(ben, cleo, dan),
  permission: fc.constantFrom('access.read', 'access.manage'),
  validUntil: fc.constantFrom(null, instant('12:40')),
});

it('everybody sees of the log what the state gives them a right to, whatever happened', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.option(rights), anyWishes, fc.option(fc.constantFrom(ben, cleo, dan)), (right, wishes, barred) => {
      const story = founding();
      if (right) story.do([ada, { type: 'grantPermission', organizationId: null, ...right }]);
      for (const { wish, by } of wishes) story.try(by, wish);
      if (barred) story.try('service:deactivation', { type: 'suspendUser', userId: barred });
      const { state, now } = story;
      const live = new LiveGraph();
      live.loaded(state);
      for (const viewer of [ada, ben, cleo, dan]) {
        const sight = new Sight(viewer, { graph: live.present, now });
        for (const { event, position } of story.entries) {
          const concern = concernOf(event);
          const sees = sight.maySee(concern);
          if (sees && viewer !== ada) seen++;
          expect([position, event.type, viewer, sees]).toEqual([
            position,
            event.type,
            viewer,
            seesByState(state, viewer, concern, now),
          ]);
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(seen).toBeGreaterThan(100);
});
