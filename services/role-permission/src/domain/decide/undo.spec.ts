import { describe, expect, it } from 'vitest';
import { ada, at, ben, cleo, dan, founding, instant, type Step, type Story, thing } from '../scenario.ts';

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

describe('giving back what was taken back', () => {
  it('fits people into the plan that comes of it, whatever it was for a while', () => {
    const plan = (seats: number | null): Step => [
      ada,
      { type: 'setOrganizationPlan', ...within, plan: seats === null ? 'all' : 'few', seats },
    ];
    const story = founding().do(...world, plan(2));
    const position = story.state.revision;
    story.do(joined, plan(null), [ben, { type: 'addOrganizationMember', ...within, userId: dan }]);
    expect(story.undo(ada, { position, cascade: true })).toHaveLength(2);
    expect(story.undo(ada)).toHaveLength(2);
    expect(story.state.organizations.get(acme)?.plan).toEqual({ plan: 'all', seats: null });
  });

  it('lets a group pass through a name that another one has by now', () => {
    const other = thing(6);
    const named = (groupId: string, name: string): Step => [ada, { type: 'describeGroup', groupId, name }];
    const story = founding().do(...world, named(staff, 'People'));
    const position = story.state.revision;
    story.do(named(staff, 'Everybody'), [
      ada,
      { type: 'createGroup', groupId: other, name: 'People', description: 'x', kind: 'manageable' },
    ]);
    const names = () => [staff, other].map((id) => story.state.groups.get(id)?.name);
    expect(story.undo(ada, { position, cascade: true })).toHaveLength(3);
    expect(names()).toEqual(['Staff', undefined]);
    expect(story.undo(ada)).toHaveLength(3);
    expect(names()).toEqual(['Everybody', 'People']);
  });

  it('gives a project back to an organization that returns, with those in it', () => {
    const story = founding();
    story.do([ada, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `user:${cleo}` }]);
    story.do([
      ben,
      { type: 'createOrganization', organizationId: acme, name: 'sealed', plan: { plan: 'free', seats: null } },
    ]);
    const position = story.state.revision;
    story.do(
      [ada, { type: 'transferProject', projectId: atlas, owner: `organization:${acme}`, name: 'sealed' }],
      joined,
      [ben, { type: 'addProjectMember', projectId: atlas, userId: cleo }],
    );
    const then = held(story);
    expect(story.undo(ben, { position, cascade: true })).toHaveLength(5);
    expect(story.state.projects.get(atlas)?.owner).toBe(`user:${cleo}`);
    expect(story.undo(ben)).toHaveLength(5);
    expect(held(story)).toEqual(then);
  });
});

describe('taking back', () => {
  it('a description does not touch what was made anew under the same name', () => {
    const name = 'reports.read';
    const story = founding().do(...world.slice(0, 1), [ada, { type: 'describePermission', name, description: 'y' }]);
    const position = story.state.revision;
    story.do([ada, { type: 'deletePermission', name }], [ada, { type: 'createPermission', name, description: 'z' }]);
    expect(story.undo(ada, { position })).toMatchObject({ refused: 'undo_blocked', blockedBy: [position + 1] });
    expect(story.state.permissions.get(name)).toBe('z');
  });

  it('that somebody became less than an admin gives nothing back once their membership has ended', () => {
    const change = { type: 'changeOrganizationMember', ...within, userId: ben } as const;
    const story = founding().do(
      ...world,
      [ada, { type: 'addOrganizationMember', ...within, userId: cleo, admin: true }],
      [ada, { ...change, admin: false }],
    );
    const position = story.state.revision;
    story.do([ada, { ...change, validUntil: later }]);
    const edge = `organization:${acme}#member@user:${ben}`;
    const now = at('20:30');
    expect(story.try('service:role-permission', { type: 'expire', key: edge }, now)).toHaveLength(1);
    const then = held(story);
    expect(story.undo(ada, { position, now })).toEqual([]);
    expect(held(story)).toEqual(then);
  });
});
