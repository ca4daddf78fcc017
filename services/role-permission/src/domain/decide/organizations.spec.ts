import { isRefusal } from '@rollcall/types/problems';
import { describe, expect, it } from 'vitest';
import type { AccessIntent } from '../commands.ts';
import { holds, membershipOf } from '../holdings.ts';
import { ada, ben, cleo, dan, founding, instant, noon, type Story, thing } from '../scenario.ts';
import { seatsTaken } from '../seats.ts';
import { secondFactorPolicy } from '../tuples.ts';

const acme = thing(100);
const crew = thing(200);
const site = thing(300);
const found = (seats: number | null = null): AccessIntent => ({
  type: 'createOrganization',
  organizationId: acme,
  name: 'sealed',
  plan: { plan: 'any', seats },
});
const join = (userId: typeof ada, more: { admin?: boolean; validUntil?: string; reservationId?: string } = {}) =>
  ({ type: 'addOrganizationMember', organizationId: acme, userId, ...more }) as const;
const change = (userId: typeof ada, more: { admin?: boolean; validUntil?: string | null }) =>
  ({ type: 'changeOrganizationMember', organizationId: acme, userId, ...more }) as const;
const leave = (userId: typeof ada) => ({ type: 'removeOrganizationMember', organizationId: acme, userId }) as const;
const code = (outcome: ReturnType<Story['try']>) => (isRefusal(outcome) ? outcome.refused : 'done');
const soon = (story: Story, minutes: number) => new Date(story.now + minutes * 60_000).toISOString();

/** Ben has founded an organization; Cleo is a member of it. */
const acmeStory = (seats: number | null = null): Story => founding().do([ben, found(seats)], [ben, join(cleo)]);

describe('an organization', () => {
  it('is anybody’s to found, who becomes its admin by it', () => {
    const story = founding().do([ben, found()]);
    expect(membershipOf(story.state, acme, ben)?.admin).toBe(true);
    expect(story.entries.slice(-2).map(({ event }) => event.type)).toEqual([
      'organization.created',
      'organization.member_added',
    ]);
  });

  it('gets no name that nobody could seal, for it was not there when it was asked for', () => {
    const wish = { type: 'renameOrganization', organizationId: acme, name: '', unsealed: true } as const;
    expect([code(acmeStory().try(ben, wish)), code(founding().try(ben, wish))]).toEqual(['not_found', 'not_found']);
  });

  it('is nobody’s to found who is suspended or unknown', () => {
    const story = founding().do(['service:deactivation', { type: 'suspendUser', userId: dan }]);
    expect(code(story.try(dan, found()))).toBe('forbidden');
    expect(code(story.try('service:profile', found()))).toBe('forbidden');
  });

  it('is changed by its admins, not by members, and is not there for anybody else', () => {
    const story = acmeStory();
    const rename: AccessIntent = { type: 'renameOrganization', organizationId: acme, name: 'other' };
    expect(code(story.try(ben, rename))).toBe('done');
    expect(code(story.try(cleo, rename))).toBe('forbidden');
    expect(code(story.try(dan, rename))).toBe('not_found');
    expect(code(story.try(ada, rename))).toBe('done');
  });

  it('takes any user there is as a member, once', () => {
    const story = acmeStory();
    expect(code(story.try(ben, join(dan)))).toBe('done');
    expect(story.try(ben, join(dan))).toEqual([]);
    expect(code(story.try(ben, join(dan, { admin: true })))).toBe('member_exists');
    expect(code(story.try(ben, { ...join(dan), userId: thing(9) as typeof dan }))).toBe('invalid_input');
    expect(code(story.try(cleo, join(dan)))).toBe('forbidden');
  });

  it('makes admins of members and back', () => {
    const story = acmeStory().do([ben, change(cleo, { admin: true })], [cleo, change(ben, { admin: false })]);
    expect(membershipOf(story.state, acme, cleo)?.admin).toBe(true);
    expect(membershipOf(story.state, acme, ben)?.admin).toBe(false);
    expect(story.try(cleo, change(ben, { admin: false }))).toEqual([]);
  });
});

describe('the last admin of an organization', () => {
  it('can be neither demoted, limited nor removed, and cannot leave or be suspended', () => {
    const story = acmeStory();
    for (const [actor, intent] of [
      [ben, change(ben, { admin: false })],
      [ben, change(ben, { validUntil: soon(story, 60) })],
      [ada, leave(ben)],
      [ben, leave(ben)],
      ['service:deactivation', { type: 'suspendUser', userId: ben }],
    ] as const) {
      expect(code(story.try(actor, intent))).toBe('last_admin');
    }
  });

  it('may go once there is another for good', () => {
    const story = acmeStory().do([ben, join(dan, { admin: true, validUntil: soon(acmeStory(), 60) })]);
    expect(code(story.try(ben, leave(ben)))).toBe('last_admin');
    story.do([ben, change(cleo, { admin: true })]);
    expect(code(story.try(ben, leave(ben)))).toBe('done');
  });

  it('is not made an admin for longer by one for a time', () => {
    const until = soon(acmeStory(), 30);
    const story = acmeStory().do([ben, join(dan, { admin: true, validUntil: until })]);
    expect(code(story.try(dan, change(cleo, { admin: true })))).toBe('forbidden');
    expect(code(story.try(dan, change(dan, { validUntil: null })))).toBe('forbidden');
    expect(code(story.try(dan, change(cleo, { admin: true, validUntil: until })))).toBe('done');
  });
});

describe('leaving an organization', () => {
  const joined = (): Story =>
    acmeStory().do(
      [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }],
      [ada, { type: 'createGroup', groupId: thing(400), name: 'Editors', description: 'x', kind: 'manageable' }],
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
      [ben, { type: 'addTeamMember', teamId: crew, userId: cleo }],
      [ben, { type: 'setUserGroups', userId: cleo, organizationId: acme, groups: [thing(400)] }],
      [
        ben,
        { type: 'createRole', name: 'editor', description: 'x', permissions: ['reports.read'], organizationId: acme },
      ],
      [ben, { type: 'assignRole', userId: cleo, name: 'editor', organizationId: acme }],
      [ben, { type: 'grantPermission', userId: cleo, permission: 'reports.read', organizationId: acme }],
    );

  it('leaves its teams, its manageable groups and what was held within it, whoever ends it', () => {
    for (const actor of [cleo, ben, ada]) {
      const story = joined();
      expect(holds(story.state, cleo, 'reports.read', noon, acme)).toBe(true);
      story.do([actor, leave(cleo)]);
      expect([...story.state.edges.of(`user:${cleo}`, '')]).toEqual([]);
      expect(holds(story.state, cleo, 'reports.read', noon, acme)).toBe(false);
    }
  });

  it('is taken back whole', () => {
    const story = joined();
    const before = [...story.state.edges.of(`user:${cleo}`, '')].map(([tuple]) => tuple);
    story.do([cleo, leave(cleo)]);
    expect(code(story.undo(ben))).toBe('done');
    expect([...story.state.edges.of(`user:${cleo}`, '')].map(([tuple]) => tuple)).toEqual(before);
  });
});

describe('seats', () => {
  it('count members and those kept for the invited', () => {
    const story = acmeStory(3);
    const keep = {
      type: 'reserveSeat',
      organizationId: acme,
      reservationId: thing(500),
      validUntil: soon(story, 60),
    } as const;
    story.do([ben, keep]);
    expect(seatsTaken(story.state, acme)).toBe(3);
    expect(code(story.try(ben, join(dan)))).toBe('seat_limit_reached');
    expect(code(story.try(ben, { ...keep, reservationId: thing(501) }))).toBe('seat_limit_reached');
    story.do([ben, join(dan, { reservationId: thing(500) })]);
    expect(seatsTaken(story.state, acme)).toBe(3);
  });

  it('are free again once released, and a kept one ends', () => {
    const story = acmeStory(3);
    const keep = {
      type: 'reserveSeat',
      organizationId: acme,
      reservationId: thing(500),
      validUntil: soon(story, 2),
    } as const;
    story.do([ben, keep], [ben, { type: 'releaseSeat', organizationId: acme, reservationId: thing(500) }]);
    expect(code(story.try(ben, join(dan, { reservationId: thing(500) })))).toBe('reservation_ended');
    story.do([ben, { ...keep, validUntil: soon(story, 2) }]);
    const late = story.now + 10 * 60_000;
    expect(code(story.try(ben, join(dan, { reservationId: thing(500) }), late))).toBe('reservation_ended');
  });

  it('are those of the plan, which does not go below what is taken', () => {
    const story = acmeStory();
    const plan = (seats: number | null) =>
      ({ type: 'setOrganizationPlan', organizationId: acme, plan: 'small', seats }) as const;
    expect(code(story.try(ada, plan(1)))).toBe('seats_in_use');
    expect(code(story.try(ben, plan(2)))).toBe('forbidden');
    expect(code(story.try(dan, plan(2)))).toBe('not_found');
    story.do([ada, plan(2)]);
    expect(code(story.try(ben, join(dan)))).toBe('seat_limit_reached');
  });
});

describe('wiping an organization out', () => {
  const full = (): Story =>
    acmeStory().do(
      [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }],
      [ben, { type: 'createTeam', teamId: crew, organizationId: acme, name: 'sealed' }],
      [ben, { type: 'addTeamMember', teamId: crew, userId: cleo }],
      [ben, { type: 'createProject', projectId: site, name: 'sealed', owner: `organization:${acme}` }],
      [ben, { type: 'addProjectMember', projectId: site, teamId: crew }],
      [
        ben,
        { type: 'createRole', name: 'editor', description: 'x', permissions: ['reports.read'], organizationId: acme },
      ],
      [ben, { type: 'assignRole', teamId: crew, name: 'editor', organizationId: acme }],
      [ada, { type: 'grantPermission', teamId: crew, permission: 'reports.read' }],
      [
        ben,
        { type: 'reserveSeat', organizationId: acme, reservationId: thing(500), validUntil: '2026-06-01T00:00:00Z' },
      ],
    );
  const wipe: AccessIntent = { type: 'deleteOrganization', organizationId: acme };

  it('ends everything that is its own, each by an event', () => {
    const story = full();
    expect(code(story.try(cleo, wipe))).toBe('forbidden');
    expect(code(story.try(dan, wipe))).toBe('not_found');
    story.do([ben, wipe]);
    const { state } = story;
    for (const gone of [state.organizations, state.teams, state.projects, state.roles]) expect(gone.isEmpty).toBe(true);
    expect([...state.edges.entries()].map(([text]) => text)).toEqual([`permission:admin#holder@user:${ada}`]);
    expect([...state.deleted.entries()].map(([, { kind }]) => kind).sort()).toEqual([
      'organization',
      'project',
      'team',
    ]);
  });

  it.each([
    ['who was its admin, but for what that cannot give', ben, [`permission:reports.read#holder@team:${crew}#member`]],
    ['who manages all access', ada, []],
  ])('comes back whole, by %s', (_, restorer, kept) => {
    const story = full();
    const edges = [...story.state.edges.entries()].map(([text]) => text).filter((text) => !kept.includes(text));
    const command = story.try(ben, wipe);
    if (isRefusal(command)) throw new Error(command.refused);
    const restore: AccessIntent = { type: 'restoreDeleted', itemId: acme, entries: command };
    expect(code(story.try(cleo, restore))).toBe('forbidden');
    story.do([restorer, restore]);
    expect([...story.state.edges.entries()].map(([text]) => text)).toEqual(edges);
    expect(story.state.organizations.get(acme)?.reservations.has(thing(500))).toBe(true);
    expect(story.state.deleted.isEmpty).toBe(true);
    expect(code(story.try(ben, restore))).toBe('not_found');
  });

  it('comes back without whoever cannot be in it any more', () => {
    const story = full();
    const command = story.try(ben, wipe);
    if (isRefusal(command)) throw new Error(command.refused);
    const late = Date.parse('2026-07-01T00:00:00Z');
    const outcome = story.try(ben, { type: 'restoreDeleted', itemId: acme, entries: command }, late);
    expect(code(outcome)).toBe('done');
    expect(story.state.organizations.get(acme)?.reservations.isEmpty).toBe(true);
  });

  it('is for good once purged', () => {
    const story = full();
    const command = story.try(ben, wipe);
    if (isRefusal(command)) throw new Error(command.refused);
    story.do(['service:role-permission', { type: 'purge', itemId: acme }]);
    expect(code(story.try(ben, { type: 'restoreDeleted', itemId: acme, entries: command }))).toBe('not_found');
    expect(code(story.undo(ada, { position: command.at(-1)?.position ?? 0 }))).toBe('undo_blocked');
  });
});

describe('the policies of an organization', () => {
  const ask = (mfaRequired: boolean) =>
    ({ type: 'setOrganizationPolicies', organizationId: acme, mfaRequired }) as const;
  const policy = secondFactorPolicy(acme);

  it('are set by its admins, once, and taken back', () => {
    const story = acmeStory().do([ben, ask(true)], [ben, ask(true)]);
    expect(story.state.edges.get(policy)).toBeDefined();
    expect(story.entries.filter(({ event }) => event.type === 'organization.policies_changed')).toHaveLength(1);
    expect(story.do([ben, ask(false)]).state.edges.get(policy)).toBeUndefined();
  });

  it('are nobody else’s to set', () => {
    expect([code(acmeStory().try(cleo, ask(true))), code(acmeStory().try(dan, ask(true)))]).toEqual([
      'forbidden',
      'not_found',
    ]);
  });

  it('end with the organization', () => {
    const { state } = acmeStory().do([ben, ask(true)], [ben, { type: 'deleteOrganization', organizationId: acme }]);
    expect([...state.edges.subjectsOf(policy.object, policy.relation)]).toEqual([]);
  });
});

describe('the billing system', () => {
  const billing = 'service:billing';
  const plan = (asOf?: string, seats: number | null = null): AccessIntent => ({
    type: 'setOrganizationPlan',
    organizationId: acme,
    plan: 'team',
    seats,
    ...(asOf === undefined ? {} : { asOf }),
  });
  const planOf = ({ state }: Story) => state.organizations.get(acme)?.plan;

  it('may put organizations on plans, and nothing else; no other service may', () => {
    const story = acmeStory();
    expect(code(story.try('service:profile', plan(instant('12:00'))))).toBe('not_found');
    expect(code(story.try(billing, plan(instant('12:00'))))).toBe('done');
    for (const wish of [join(dan), leave(cleo), { type: 'deleteOrganization', organizationId: acme } as const]) {
      expect(code(story.try(billing, wish))).toBe('not_found');
    }
    expect(code(story.try(billing, { type: 'grantPermission', userId: dan, permission: 'admin' }))).toBe('forbidden');
  });

  it('is listened to by when that happened of which it tells, not by when it tells', () => {
    const story = acmeStory().do([billing, plan(instant('12:30'), 5)]);
    expect(story.try(billing, plan(instant('12:29'), 9))).toEqual([]);
    story.do([billing, plan(instant('12:31'), 5)]);
    expect(planOf(story)).toEqual({ plan: 'team', seats: 5, asOf: instant('12:31') });
    expect(story.try(billing, plan(instant('12:31'), 5))).toEqual([]);
  });

  it('is overruled by who manages plans, which makes nothing newer of what is older', () => {
    const story = acmeStory().do([billing, plan(instant('12:30'), 5)], [ada, plan(undefined, 7)]);
    expect(planOf(story)).toEqual({ plan: 'team', seats: 7, asOf: instant('12:30') });
    expect(story.try(billing, plan(instant('12:29'), 9))).toEqual([]);
    story.undo(ada);
    expect(planOf(story)).toEqual({ plan: 'team', seats: 5, asOf: instant('12:30') });
    story.undo(ada, {
      position: story.entries.find(({ event }) => event.cause.actor === billing)?.position ?? 0,
      cascade: true,
    });
    expect(planOf(story)).toEqual({ plan: 'any', seats: null });
  });
});
