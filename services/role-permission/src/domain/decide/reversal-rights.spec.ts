import { describe, expect, it } from 'vitest';
import type { AccessIntent } from '../commands.ts';
import { holds } from '../holdings.ts';
import { ada, at, ben, cleo, dan, founding, instant, type Step, type Story, thing } from '../scenario.ts';

const [acme, globex, crew, atlas, staff, seat] = [thing(1), thing(2), thing(3), thing(4), thing(5), thing(6)];
const plan = { plan: 'free', seats: null };

const code = (outcome: ReturnType<Story['try']>): string => ('refused' in outcome ? outcome.refused : 'done');
const grant = (userId: typeof ben, permission: string): Step => [ada, { type: 'grantPermission', userId, permission }];
const made: Step = [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }];
const founded = (userId: typeof ben, organizationId: string): Step => [
  userId,
  { type: 'createOrganization', organizationId, name: 'sealed', plan },
];
const mayReport = (story: Story, userId: string) => holds(story.state, userId, 'reports.read', story.now);

/** The last command of a story, as what was deleted by it is restored. */
const restoring = (story: Story, itemId: string): AccessIntent => {
  const last = story.entries.at(-1)?.commandId;
  return { type: 'restoreDeleted', itemId, entries: story.entries.filter(({ commandId }) => commandId === last) };
};

describe('a role or a group that was deleted', () => {
  const role: readonly Step[] = [
    made,
    [ada, { type: 'createRole', name: 'ops', description: 'x', permissions: ['admin', 'reports.read'] }],
    [ada, { type: 'assignRole', name: 'ops', userId: ben }],
    grant(ben, 'roles.manage'),
  ];
  const group: readonly Step[] = [
    made,
    [ada, { type: 'createGroup', groupId: staff, name: 'Staff', description: 'x', kind: 'system' }],
    [ada, { type: 'grantPermission', groupId: staff, permission: 'admin' }],
    [ada, { type: 'addGroupMember', groupId: staff, userId: ben }],
    grant(ben, 'groups.manage'),
    grant(ben, 'permissions.grant'),
  ];

  it.each<[string, readonly Step[], AccessIntent]>([
    ['role', role, { type: 'deleteRole', name: 'ops' }],
    ['group', group, { type: 'deleteGroup', groupId: staff }],
  ])('gives nobody back what whoever takes that back does not hold: a %s', (_, steps, deletion) => {
    const story = founding().do(...steps, [ada, deletion]);
    expect(code(story.undo(ben))).toBe('forbidden');
    expect(holds(story.state, ben, 'admin', story.now)).toBe(false);
    expect(code(story.undo(ada))).toBe('done');
    expect(holds(story.state, ben, 'admin', story.now)).toBe(true);
  });

  it.each<[string, readonly Step[], AccessIntent]>([
    ['role', role, { type: 'deleteRole', name: 'ops' }],
    ['group', group, { type: 'deleteGroup', groupId: staff }],
  ])('took nothing that its deleter could not take by itself: a %s', (_, steps, deletion) => {
    const story = founding().do(...steps, grant(cleo, 'roles.manage'), grant(cleo, 'groups.manage'));
    expect(code(story.try(cleo, deletion))).toBe('forbidden');
    expect(holds(story.state, ben, 'admin', story.now)).toBe(true);
    expect(code(story.try(ada, deletion))).toBe('done');
  });
});

describe('a team that was deleted', () => {
  const steps: readonly Step[] = [
    made,
    founded(ben, acme),
    [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
    [ben, { type: 'addTeamMember', teamId: crew, userId: ben }],
    [ada, { type: 'grantPermission', teamId: crew, permission: 'reports.read' }],
  ];

  it.each([
    ['operator', ada],
    ['organization', ben],
  ])('comes back to its organization without what an operator gave it everywhere, deleted by the %s', (_, deleter) => {
    const story = founding().do(...steps, [deleter, { type: 'deleteTeam', teamId: crew }]);
    const restore = restoring(story, crew);
    expect(code(story.undo(ben))).toBe('forbidden');
    expect(code(story.try(ben, restore))).toBe('done');
    expect(story.state.edges.get({ object: `team:${crew}`, relation: 'member', subject: `user:${ben}` })).toBeDefined();
    expect(mayReport(story, ben)).toBe(false);
  });

  it('comes back with it by who may give that', () => {
    const story = founding().do(...steps, [ben, { type: 'deleteTeam', teamId: crew }]);
    expect(code(story.try(ada, restoring(story, crew)))).toBe('done');
    expect(mayReport(story, ben)).toBe(true);
  });

  it('is in nobody’s way once a member has left the organization: the positions that are say so, and go along', () => {
    const story = founding().do(
      ...steps,
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: cleo }],
      [ben, { type: 'addTeamMember', teamId: crew, userId: cleo }],
      [ada, { type: 'revokePermission', teamId: crew, permission: 'reports.read' }],
      [ben, { type: 'deleteTeam', teamId: crew }],
    );
    const deletion = story.state.revision;
    story.do([cleo, { type: 'removeOrganizationMember', organizationId: acme, userId: cleo }]);
    const left = story.state.revision;
    expect(story.undo(ben, { position: deletion })).toMatchObject({ refused: 'undo_blocked', blockedBy: [left] });
    expect(code(story.undo(ben, { position: deletion, cascade: true }))).toBe('done');
    for (const object of [`team:${crew}`, `organization:${acme}`]) {
      expect(story.state.edges.get({ object, relation: 'member', subject: `user:${cleo}` })).toBeDefined();
    }
  });
});

describe('an organization that was deleted', () => {
  it('comes back with what its people and groups held within it, by its admin', () => {
    const story = founding().do(
      made,
      founded(ben, acme),
      [ada, { type: 'createGroup', groupId: staff, name: 'Staff', description: 'x', kind: 'manageable' }],
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: cleo }],
      [ben, { type: 'grantPermission', userId: cleo, permission: 'reports.read', organizationId: acme }],
      [ben, { type: 'grantPermission', groupId: staff, permission: 'reports.read', organizationId: acme }],
      [ben, { type: 'setUserGroups', userId: cleo, organizationId: acme, groups: [staff] }],
    );
    const edges = [...story.state.edges.entries()].map(([text]) => text);
    const back = () => expect([...story.state.edges.entries()].map(([text]) => text)).toEqual(edges);
    story.do([ben, { type: 'deleteOrganization', organizationId: acme }]);
    expect(code(story.try(ben, restoring(story, acme)))).toBe('done');
    back();
    story.do([ben, { type: 'deleteOrganization', organizationId: acme }]);
    expect(code(story.undo(ben))).toBe('done');
    back();
  });

  it('is founded once more by its founder, who took that back', () => {
    const story = founding().do(founded(ben, acme));
    const edges = [...story.state.edges.entries()].map(([text]) => text);
    expect(code(story.undo(ben))).toBe('done');
    expect(code(story.undo(cleo))).toBe('forbidden');
    expect(code(story.undo(ben))).toBe('done');
    expect([...story.state.edges.entries()].map(([text]) => text)).toEqual(edges);
  });

  it('is not brought back by who was its admin for a time', () => {
    const until = instant('13:00');
    const story = founding().do(
      founded(ben, acme),
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: cleo, admin: true, validUntil: until }],
      [ben, { type: 'deleteOrganization', organizationId: acme }],
    );
    const restore = restoring(story, acme);
    expect(code(story.try(cleo, restore, at('14:00')))).toBe('forbidden');
    expect(code(story.try(ben, restore, at('14:00')))).toBe('done');
  });
});

describe('a project that was transferred', () => {
  const steps: readonly Step[] = [
    founded(ben, acme),
    founded(cleo, globex),
    [ben, { type: 'addOrganizationMember', organizationId: acme, userId: dan, admin: true }],
    [cleo, { type: 'addOrganizationMember', organizationId: globex, userId: dan, admin: true }],
    [ben, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${acme}` }],
    [dan, { type: 'transferProject', projectId: atlas, owner: `organization:${globex}`, name: 'sealed anew' }],
  ];

  it('goes back by who could transfer it there, and by nobody else', () => {
    const story = founding().do(...steps);
    for (const actor of [cleo, ben]) expect(code(story.undo(actor))).toBe('forbidden');
    expect(code(story.undo(dan))).toBe('done');
    expect(story.state.projects.get(atlas)).toMatchObject({ owner: `organization:${acme}`, name: 'sealed' });
  });
});

describe('a project of another owner by now', () => {
  it('is not entered again by a team that comes back', () => {
    const story = founding().do(
      founded(ben, acme),
      founded(dan, globex),
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: dan, admin: true }],
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
      [ben, { type: 'addTeamMember', teamId: crew, userId: ben }],
      [ben, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${acme}` }],
      [ben, { type: 'addProjectMember', projectId: atlas, teamId: crew }],
      [ben, { type: 'deleteTeam', teamId: crew }],
    );
    const [restore, deletion] = [restoring(story, crew), story.state.revision];
    const transfer = { type: 'transferProject', projectId: atlas, owner: `organization:${globex}`, name: 'x' } as const;
    story.do([dan, transfer]);
    const transferred = story.state.revision;
    expect(story.undo(ben, { position: deletion })).toMatchObject({ blockedBy: [transferred] });
    expect(code(story.try(ben, restore))).toBe('done');
    expect(story.state.teams.has(crew)).toBe(true);
    expect([...story.state.edges.of(`team:${crew}#member`, 'project:')]).toEqual([]);
  });

  it('is not given away for good by who governs it for a time', () => {
    const story = founding().do(
      founded(ben, acme),
      [
        ben,
        {
          type: 'addOrganizationMember',
          organizationId: acme,
          userId: dan,
          admin: true,
          validUntil: '2026-03-02T12:00:00.000Z',
        },
      ],
      [ben, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${acme}` }],
    );
    const transfer = { type: 'transferProject', projectId: atlas, owner: `user:${dan}`, name: 'x' } as const;
    expect(code(story.try(dan, transfer))).toBe('forbidden');
  });
});

describe('what time has ended', () => {
  it('is not taken back', () => {
    const story = founding().do(made, [
      ada,
      { type: 'grantPermission', userId: ben, permission: 'reports.read', validUntil: instant('12:30') },
    ]);
    const [key = ''] = [...story.state.edges.entries()]
      .map(([text]) => text)
      .filter((text) => text.includes('reports'));
    story.try('service:role-permission', { type: 'expire', key }, at('12:31'));
    expect(
      story.state.edges.get({ object: 'permission:reports.read', relation: 'holder', subject: `user:${ben}` }),
    ).toBe(undefined);
    expect(code(story.undo(ada))).toBe('not_undoable');
  });
});

describe('a seat that was kept for longer', () => {
  it('is kept for as long as before when that is taken back, and then free', () => {
    const keep = (validUntil: string): Step => [
      ben,
      { type: 'reserveSeat', organizationId: acme, reservationId: seat, validUntil },
    ];
    const story = founding().do(founded(ben, acme), keep('2026-06-01T00:00:00.000Z'));
    const first = story.state.revision;
    story.do(keep('2026-07-01T00:00:00.000Z'));
    const reservations = () => [...(story.state.organizations.get(acme)?.reservations.entries() ?? [])];
    expect(code(story.undo(ben))).toBe('done');
    expect(reservations()).toEqual([[seat, '2026-06-01T00:00:00.000Z']]);
    expect(code(story.undo(ben))).toBe('done');
    expect(reservations()).toEqual([[seat, '2026-07-01T00:00:00.000Z']]);
    expect(code(story.undo(ben, { position: first, cascade: true }))).toBe('done');
    expect(reservations()).toEqual([]);
  });
});

describe('a permission that was deleted with the role that carries it', () => {
  const steps: readonly Step[] = [
    made,
    [ada, { type: 'createRole', name: 'readers', description: 'x', permissions: ['reports.read'] }],
  ];
  const all = (story: Story) => ({ position: story.state.revision - 2, cascade: true });

  it('comes back with it, by who holds everything', () => {
    const story = founding().do(...steps);
    const before = [...story.state.edges.entries()].map(([text]) => text);
    expect(code(story.undo(ada, all(story)))).toBe('done');
    expect(story.state.permissions.has('reports.read')).toBe(false);
    expect(code(story.undo(ada))).toBe('done');
    expect([...story.state.edges.entries()].map(([text]) => text)).toEqual(before);
  });

  it('comes back by nobody else: whoever manages permissions and roles does not hold it', () => {
    const story = founding().do(...steps, grant(ben, 'permissions.manage'), grant(ben, 'roles.manage'));
    const position = story.state.revision - 4;
    expect(code(story.undo(ada, { position, cascade: true }))).toBe('done');
    expect(code(story.undo(ben))).toBe('forbidden');
  });
});

/** What comes back with a thing is what ended with it: nothing that its deleter, or somebody else, did before. */
describe('deleting one’s own thing', () => {
  const member = { type: 'addOrganizationMember', organizationId: acme } as const;
  const both: readonly Step[] = [founded(ben, acme), founded(dan, globex)];
  const project: Step = [
    ben,
    { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${acme}` },
  ];
  const toGlobex = (by: typeof ben): Step => [
    by,
    { type: 'transferProject', projectId: atlas, owner: `organization:${globex}`, name: 'sealed' },
  ];
  const inAtlas = (userId: typeof ben) => ({
    object: `project:${atlas}`,
    relation: 'member' as const,
    subject: `user:${userId}`,
  });

  it('makes nobody an admin for good who had become one for a time', () => {
    const story = founding().do(founded(ben, acme), [ben, { ...member, userId: cleo, admin: true }]);
    const [until, now] = [instant('20:00'), at('13:00')];
    story.do([ben, { type: 'changeOrganizationMember', organizationId: acme, userId: cleo, validUntil: until }]);
    const position = story.state.revision;
    story.do([cleo, { type: 'deleteOrganization', organizationId: acme }]);
    expect(code(story.undo(cleo, { position, cascade: true, now }))).toBe('forbidden');
    expect(code(story.undo(cleo, { now }))).toBe('done');
    const edge = { object: `organization:${acme}`, relation: 'admin' as const, subject: `user:${cleo}` };
    expect(story.state.edges.get(edge)?.validUntil).toBe(until);
  });

  it('gets nobody back into a project that is another organization’s by now, nor out of it', () => {
    const until = instant('20:00');
    const story = founding().do(...both, [dan, { ...member, organizationId: globex, userId: ben }], project);
    story.do([ben, { type: 'addProjectMember', projectId: atlas, userId: cleo }]);
    const joined = story.state.revision;
    story.do([ben, { type: 'changeProjectMember', projectId: atlas, userId: cleo, validUntil: until }]);
    const limited = story.state.revision;
    story.do([ben, { ...member, userId: dan, admin: true }], toGlobex(dan), [
      ben,
      { type: 'deleteOrganization', organizationId: acme },
    ]);
    for (const position of [joined, limited]) {
      for (const [by, cascade] of [
        [cleo, false],
        [ben, false],
        [ben, true],
      ] as const) {
        expect(code(story.undo(by, { position, cascade }))).not.toBe('done');
      }
    }
    expect(story.state.edges.get(inAtlas(cleo))?.validUntil).toBe(until);
  });

  it.each([['at once'], ['in one batch']])('gets no project back that was given away: %s', (how) => {
    const story = founding().do(...both, [dan, { ...member, organizationId: globex, userId: ben }], project);
    const deletion = { type: 'deleteOrganization', organizationId: acme } as const;
    const [, transfer] = toGlobex(ben);
    const wishes = [transfer, deletion] as Extract<AccessIntent, { type: 'batch' }>['wishes'];
    if (how === 'at once') story.do([ben, transfer], [ben, deletion]);
    else story.do([ben, { type: 'batch', wishes }]);
    const position = story.entries.find(({ event }) => event.type === 'project.transferred')?.position ?? 0;
    expect(code(story.undo(ben, { position, cascade: true }))).toBe('forbidden');
    expect(code(story.try(ben, restoring(story, acme)))).toBe('done');
    expect(story.state.projects.get(atlas)?.owner).toBe(`organization:${globex}`);
  });

  it('in a batch brings back what ended with it, and undoes nothing else of that batch', () => {
    const inGlobex = { ...member, organizationId: globex, userId: cleo };
    const story = founding().do(...both, [ada, inGlobex], project, [
      ben,
      { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' },
    ]);
    story.do([ben, { type: 'addProjectMember', projectId: atlas, teamId: crew }]);
    const then = [...story.state.edges.entries()].map(([text]) => text).filter((text) => !text.includes(globex));
    const wishes = [
      { type: 'removeOrganizationMember', organizationId: globex, userId: cleo },
      { type: 'deleteOrganization', organizationId: acme },
    ] as const;
    story.do([ada, { type: 'batch', wishes }]);
    expect(code(story.try(ben, restoring(story, acme)))).toBe('done');
    const now = [...story.state.edges.entries()].map(([text]) => text);
    expect(now.filter((text) => !text.includes(globex))).toEqual(then);
    expect(now.filter((text) => text.includes(globex) && text.includes(cleo))).toEqual([]);
  });

  it('gets no team back into a project that it was put out of', () => {
    const story = founding().do(
      ...both,
      [dan, { ...member, organizationId: globex, userId: ben }],
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
    );
    story.do(
      [dan, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${globex}` }],
      [ada, { type: 'addProjectMember', projectId: atlas, teamId: crew }],
      [dan, { type: 'removeProjectMember', projectId: atlas, teamId: crew }],
    );
    const position = story.state.revision;
    story.do([ben, { type: 'deleteTeam', teamId: crew }]);
    expect(code(story.undo(ben, { position, cascade: true }))).toBe('forbidden');
    expect(code(story.undo(ben))).toBe('done');
    expect(story.state.edges.get({ ...inAtlas(ben), subject: `team:${crew}#member` })).toBeUndefined();
  });

  it('gets no former plan back', () => {
    const limited = { type: 'setOrganizationPlan', organizationId: acme, plan: 'few', seats: 3 } as const;
    const story = founding().do(founded(ben, acme), [ada, limited]);
    const position = story.state.revision;
    story.do([ben, { type: 'deleteOrganization', organizationId: acme }]);
    expect(code(story.undo(ben, { position, cascade: true }))).toBe('forbidden');
    expect(code(story.undo(ben))).toBe('done');
    expect(story.state.organizations.get(acme)?.plan).toEqual({ plan: 'few', seats: 3 });
  });

  it('leaves nothing to be given back within it while it is gone', () => {
    const grant = { groupId: staff, permission: 'reports.read', organizationId: acme } as const;
    const story = founding().do(
      made,
      [ada, { type: 'createGroup', groupId: staff, name: 'Staff', description: 'x', kind: 'manageable' }],
      founded(ben, acme),
      [ada, { type: 'grantPermission', ...grant }],
      [ada, { type: 'revokePermission', ...grant }],
    );
    const position = story.state.revision;
    story.do([ben, { type: 'deleteOrganization', organizationId: acme }]);
    for (const by of [ben, ada]) expect(code(story.undo(by, { position }))).not.toBe('done');
    expect(code(story.undo(ben))).toBe('done');
    expect([...story.state.edges.entries()].filter(([text]) => text.includes(staff))).toEqual([]);
  });

  const until = instant('20:00');
  const cleoForATime: readonly Step[] = [founded(ben, acme), [ben, { ...member, userId: cleo, admin: true }]];
  const cleoUntil: Step = [
    ben,
    { type: 'changeOrganizationMember', organizationId: acme, userId: cleo, validUntil: until },
  ];
  const deletion = { type: 'deleteOrganization', organizationId: acme } as const;

  it('gives nobody back that they were an admin for good, who had been removed and taken in for a time', () => {
    const story = founding().do(...cleoForATime, [
      ben,
      { type: 'removeOrganizationMember', organizationId: acme, userId: cleo },
    ]);
    const position = story.state.revision;
    story.do([ben, { ...member, userId: cleo, admin: true, validUntil: until }], [cleo, deletion]);
    for (const now of [at('13:00'), at('20:30')]) {
      expect(code(story.undo(cleo, { position, cascade: true, now }))).toBe('forbidden');
    }
  });

  it('takes nobody’s membership away by whoever is an admin no longer', () => {
    const story = founding().do(...cleoForATime, [ben, { ...member, userId: dan }]);
    const position = story.state.revision;
    story.do(cleoUntil, [cleo, deletion]);
    expect(code(story.undo(cleo, { position, cascade: true, now: at('20:30') }))).toBe('forbidden');
    expect(code(story.undo(cleo, { now: at('20:30') }))).toBe('done');
  });

  it.each<[string, Step]>([
    ['the project', [cleo, { type: 'deleteProject', projectId: atlas }]],
    ['the organization', [cleo, deletion]],
  ])('takes no project home by whoever governs it for a time: deleting %s', (_, deleting) => {
    const story = founding().do(...cleoForATime, cleoUntil, [
      cleo,
      { type: 'createProject', projectId: atlas, name: 'sealed', owner: `user:${cleo}` },
    ]);
    story.do([cleo, { type: 'transferProject', projectId: atlas, owner: `organization:${acme}`, name: 'sealed' }]);
    const position = story.state.revision;
    story.do(deleting);
    expect(code(story.undo(cleo, { position, cascade: true }))).toBe('forbidden');
  });

  it.each<[string, Step]>([
    ['was put out', [ben, { type: 'removeProjectMember', projectId: atlas, userId: cleo }]],
    ['is in it for a time', [ben, { type: 'changeProjectMember', projectId: atlas, userId: cleo, validUntil: until }]],
  ])('gives nobody a lasting place in a project who %s', (_, limiting) => {
    const story = founding().do(...cleoForATime, project, [
      ben,
      { type: 'addProjectMember', projectId: atlas, userId: cleo },
    ]);
    story.do(limiting);
    const position = story.state.revision;
    story.do(cleoUntil, [cleo, { type: 'deleteProject', projectId: atlas }]);
    expect(code(story.undo(cleo, { position, cascade: true }))).toBe('forbidden');
  });

  it('twice brings nothing back with the second that only the first ended', () => {
    const story = founding().do(
      ...both,
      [dan, { ...member, organizationId: globex, userId: ben }],
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
    );
    story.do(
      [dan, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `organization:${globex}` }],
      [ada, { type: 'addProjectMember', projectId: atlas, teamId: crew }],
      [ben, { type: 'deleteTeam', teamId: crew }],
    );
    const first = story.state.revision;
    const restore = restoring(story, crew);
    story.do([dan, { type: 'deleteProject', projectId: atlas }]);
    const position = story.state.revision;
    story.do([ben, restore]);
    expect(code(story.undo(dan, { position }))).toBe('done');
    story.do([ben, { type: 'deleteTeam', teamId: crew }]);
    expect(code(story.try(ben, restore))).toBe('unavailable');
    expect(code(story.undo(ben, { position: first, cascade: true }))).not.toBe('done');
    expect([...story.state.edges.entries()].filter(([text]) => text.includes(`team:${crew}#member`))).toEqual([]);
  });

  it('can be taken back with what else its batch did to it, by who governs it for good', () => {
    const story = founding().do(founded(ben, acme), [ben, { ...member, userId: cleo }]);
    const then = [...story.state.edges.entries()].map(([text, { validUntil }]) => [text, validUntil]);
    const wishes = [
      { type: 'renameOrganization', organizationId: acme, name: 'other' },
      { type: 'changeOrganizationMember', organizationId: acme, userId: cleo, validUntil: until },
      deletion,
    ] as const;
    story.do([ben, { type: 'batch', wishes }]);
    expect(code(story.undo(ben))).toBe('done');
    expect(story.state.organizations.get(acme)?.name).toBe('sealed');
    expect([...story.state.edges.entries()].map(([text, { validUntil }]) => [text, validUntil])).toEqual(then);
  });
});

describe('what an undo had deleted', () => {
  it('comes back by restoring without the projects that had gone elsewhere, and those in them', () => {
    const story = founding().do(
      founded(dan, globex),
      [dan, { type: 'addOrganizationMember', organizationId: globex, userId: cleo }],
      [cleo, { type: 'createProject', projectId: atlas, name: 'sealed', owner: `user:${cleo}` }],
      founded(ben, acme),
    );
    const position = story.state.revision;
    story.do(
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: cleo }],
      [ben, { type: 'addOrganizationMember', organizationId: acme, userId: dan }],
      [cleo, { type: 'transferProject', projectId: atlas, owner: `organization:${acme}`, name: 'sealed' }],
      [ben, { type: 'addProjectMember', projectId: atlas, userId: dan }],
    );
    expect(code(story.undo(ben, { position, cascade: true }))).toBe('done');
    const restore = restoring(story, acme);
    story.do([cleo, { type: 'transferProject', projectId: atlas, owner: `organization:${globex}`, name: 'sealed' }]);
    expect(code(story.try(ben, restore))).toBe('done');
    expect(story.state.organizations.has(acme)).toBe(true);
    expect(story.state.projects.get(atlas)?.owner).toBe(`organization:${globex}`);
    expect([...story.state.edges.of(`project:${atlas}`, '')].map(([{ relation }]) => relation)).not.toContain('member');
    expect(code(story.try(dan, { type: 'deleteOrganization', organizationId: globex }))).toBe('done');
  });
});

describe('a team that its admin for a time deleted', () => {
  it('comes back by them with what it held within the organization', () => {
    const story = founding().do(made, founded(ben, acme), [
      ben,
      { type: 'addOrganizationMember', organizationId: acme, userId: cleo, admin: true, validUntil: instant('20:00') },
    ]);
    story.do(
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
      [ben, { type: 'grantPermission', teamId: crew, permission: 'reports.read', organizationId: acme }],
      [cleo, { type: 'deleteTeam', teamId: crew }],
    );
    expect(code(story.try(cleo, restoring(story, crew)))).toBe('done');
    expect(
      [...story.state.edges.entries()].some(([text]) => text.startsWith('permission:') && text.includes(crew)),
    ).toBe(true);
  });
});
