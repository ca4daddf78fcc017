import { describe, expect, it } from 'vitest';
import type { AccessIntent } from '../commands.ts';
import { holds, usersOf } from '../holdings.ts';
import { permissionsOf } from '../queries.ts';
import { ada, ben, cleo, dan, founding, noon, type Step, type Story, thing } from '../scenario.ts';

const [acme, globex, staff] = [thing(1), thing(2), thing(5)];

const code = (outcome: ReturnType<Story['try']>): string => ('refused' in outcome ? outcome.refused : 'done');
const founded = (userId: typeof ben, organizationId: string): Step => [
  userId,
  { type: 'createOrganization', organizationId, name: 'sealed', plan: { plan: 'free', seats: null } },
];

describe('a manageable group', () => {
  const begun = () =>
    founding().do(
      founded(ben, acme),
      founded(dan, globex),
      [ada, { type: 'createGroup', groupId: staff, name: 'Staff', description: 'x', kind: 'manageable' }],
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: cleo }],
      [dan, { type: 'addOrganizationMember', organizationId: globex, userId: cleo }],
      [ben, { type: 'setUserGroups', userId: cleo, organizationId: acme, groups: [staff] }],
    );
  const isIn = ({ state }: Story) => usersOf(state, `group:${staff}#member`).has(cleo);
  /** On whose behalf Cleo is in it, and until when. */
  const sponsors = ({ state }: Story) =>
    [acme, globex].flatMap((id) => {
      const part = { object: `group:${staff}/${id}`, relation: 'member', subject: `user:${cleo}` };
      const edge = state.edges.get(part);
      return edge ? [[id, edge.validUntil]] : [];
    });

  it.each<[string, AccessIntent]>([
    ['by naming all groups', { type: 'setUserGroups', userId: cleo, organizationId: globex, groups: [] }],
    ['by putting them out', { type: 'removeGroupMember', groupId: staff, userId: cleo }],
    [
      'by an end',
      {
        type: 'addGroupMember',
        groupId: staff,
        userId: cleo,
        organizationId: globex,
        validUntil: '2026-03-01T13:00:00.000Z',
      },
    ],
    ['by their leaving', { type: 'removeOrganizationMember', organizationId: globex, userId: cleo }],
  ])('is left by nobody for another organization than the one that put them in: %s', (_, intent) => {
    const story = begun();
    story.try(dan, intent);
    expect(isIn(story)).toBe(true);
    expect(sponsors(story)).toContainEqual([acme, null]);
  });

  it.each<[string, AccessIntent]>([
    ['by naming all groups', { type: 'setUserGroups', userId: cleo, organizationId: acme, groups: [] }],
    ['by putting them out', { type: 'removeGroupMember', groupId: staff, userId: cleo }],
    ['by their leaving', { type: 'removeOrganizationMember', organizationId: acme, userId: cleo }],
    ['by its end', { type: 'deleteOrganization', organizationId: acme }],
  ])('is left %s, and entered again when that is taken back', (_, intent) => {
    const story = begun().do([ben, intent]);
    expect(isIn(story)).toBe(false);
    expect(sponsors(story)).toEqual([]);
    expect(code(story.undo(ben))).toBe('done');
    expect(isIn(story)).toBe(true);
    expect(sponsors(story)).toEqual([[acme, null]]);
  });

  it.each<[string, AccessIntent]>([
    ['a permission', { type: 'grantPermission', groupId: staff, permission: 'reports.read', organizationId: globex }],
    ['a role', { type: 'assignRole', groupId: staff, name: 'readers', organizationId: globex }],
  ])('gives %s of an organization to those alone who are in it on that organization’s behalf', (_, intent) => {
    const role = { name: 'readers', description: 'x', permissions: ['reports.read'], organizationId: globex };
    const story = begun().do(
      [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }],
      [dan, { type: 'createRole', ...role }],
      [dan, intent],
    );
    const held = () => [...permissionsOf(story.state, cleo, noon, { organizationId: globex })].map(({ name }) => name);
    const isHeld = () => holds(story.state, cleo, 'reports.read', noon, globex);
    expect([held(), isHeld()]).toEqual([[], false]);
    story.do([dan, { type: 'setUserGroups', userId: cleo, organizationId: globex, groups: [staff] }]);
    expect(sponsors(story)).toEqual([
      [acme, null],
      [globex, null],
    ]);
    expect([held(), isHeld()]).toEqual([['reports.read'], true]);
    story.do([ada, { type: 'deleteGroup', groupId: staff }]);
    expect([held(), isHeld()]).toEqual([[], false]);
    expect([...story.state.edges.of(`group:${staff}/${globex}#member`, '')]).toEqual([]);
    expect(code(story.undo(ada))).toBe('done');
    expect([held(), isHeld()]).toEqual([['reports.read'], true]);
  });

  it('is left by whomever an operator puts out of it, whoever put them in', () => {
    const story = begun().do([ada, { type: 'removeGroupMember', groupId: staff, userId: cleo }]);
    expect(isIn(story)).toBe(false);
    story.do([ada, { type: 'addGroupMember', groupId: staff, userId: cleo }]);
    story.try(ben, { type: 'setUserGroups', userId: cleo, organizationId: acme, groups: [] });
    expect(isIn(story)).toBe(true);
  });
});
