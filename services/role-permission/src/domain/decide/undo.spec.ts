import { describe, expect, it } from 'vitest';
import { ada, at, ben, cleo, founding, instant, type Step, type Story, thing } from '../scenario.ts';

const [acme, crew, atlas, staff, seat] = [thing(1), thing(2), thing(3), thing(4), thing(5)];
const [sooner, later] = [instant('13:00'), instant('20:00')];
const within = { organizationId: acme };

/** What anybody has, and until when. */
const held = ({ state }: Story) => [
  ...[...state.edges.entries()].map(([text, { validUntil }]) => [text, validUntil]),
  ...(state.organizations.get(acme)?.reservations.entries() ?? []),
];

const world: readonly Step[] = [
  [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }],
  [ada, { type: 'createRole', name: 'readers', description: 'x', permissions: ['reports.read'] }],
  [ada, { type: 'createGroup', groupId: staff, name: 'Staff', description: 'x', kind: 'manageable' }],
  [ben, { type: 'createOrganization', organizationId: acme, name: 'sealed', plan: { plan: 'free', seats: null } }],
  [ben, { type: 'createTeam', teamId: crew, ...within, name: 'sealed' }],
  [ben, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${acme}` }],
];
const joined: Step = [ben, { type: 'addOrganizationMember', ...within, userId: cleo }];

describe('taking back that an end was moved', () => {
  type Moving = (validUntil: string, again: boolean) => Step;
  const moved: readonly (readonly [string, readonly Step[], Moving])[] = [
    [
      'a grant',
      [],
      (validUntil) => [ada, { type: 'grantPermission', userId: cleo, permission: 'reports.read', validUntil }],
    ],
    ['a role', [], (validUntil) => [ada, { type: 'assignRole', name: 'readers', userId: cleo, validUntil }]],
    [
      'a place in a group',
      [joined],
      (validUntil) => [ben, { type: 'addGroupMember', groupId: staff, userId: cleo, ...within, validUntil }],
    ],
    [
      'a membership',
      [],
      (validUntil, again) => [
        ben,
        { type: again ? 'changeOrganizationMember' : 'addOrganizationMember', ...within, userId: cleo, validUntil },
      ],
    ],
    [
      'a place in a team',
      [joined],
      (validUntil, again) => [
        ben,
        { type: again ? 'changeTeamMember' : 'addTeamMember', teamId: crew, userId: cleo, validUntil },
      ],
    ],
    [
      'a place in a project',
      [joined],
      (validUntil, again) => [
        ben,
        { type: again ? 'changeProjectMember' : 'addProjectMember', projectId: atlas, userId: cleo, validUntil },
      ],
    ],
    ['a seat', [], (validUntil) => [ben, { type: 'reserveSeat', ...within, reservationId: seat, validUntil }]],
  ];

  it.each(moved)('moves it back while it is to come: %s', (_, before, wish) => {
    const story = founding().do(...world, ...before, wish(sooner, false));
    const then = held(story);
    story.do(wish(later, true));
    expect(held(story)).not.toEqual(then);
    expect(story.undo(ada)).toHaveLength(1);
    expect(held(story)).toEqual(then);
  });

  it.each(moved)(
    'takes away what would have ended meanwhile, and taking that back gives it once more: %s',
    (_, before, wish) => {
      const story = founding().do(...world, ...before);
      const without = held(story);
      story.do(wish(sooner, false), wish(later, true));
      const extended = held(story);
      const [position, now] = [story.state.revision, at('14:00')];
      expect(story.undo(ada, { position, now })).toHaveLength(1);
      expect(held(story)).toEqual(without);
      expect(story.undo(ada, { now })).toHaveLength(1);
      expect(held(story)).toEqual(extended);
    },
  );
});
