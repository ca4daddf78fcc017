import { expect, it } from 'vitest';
import type { AccessFact } from './events.ts';
import { ada, ben, cleo, founding, thing } from './scenario.ts';
import { concernOf } from './visibility.ts';

const [acme, other, crew, site] = [thing(100), thing(101), thing(200), thing(300)];

const told = (fact: AccessFact) => concernOf({ ...fact, cause: { actor: ada, correlationId: 'spec' } });

it('a transfer concerns the organization that loses the project and the one that gets it, and is of both owners', () => {
  const story = founding().do(
    [ada, { type: 'createOrganization', organizationId: acme, name: 'x', plan: { plan: 'any', seats: null } }],
    [ada, { type: 'createOrganization', organizationId: other, name: 'x', plan: { plan: 'any', seats: null } }],
    [ada, { type: 'createProject', projectId: site, name: 'x', owner: `organization:${acme}` }],
    [ada, { type: 'transferProject', projectId: site, name: 'y', owner: `organization:${other}` }],
  );
  const [event] = story.entries.slice(-1).map((entry) => entry.event);
  expect(event && concernOf(event)).toEqual({
    users: [ada],
    organizations: [acme, other],
    isForAdmins: false,
    project: { id: site, owners: [`organization:${acme}`, `organization:${other}`] },
  });
});

it('a project that goes to a person concerns them', () => {
  const [before, after] = [
    { owner: `organization:${acme}`, name: 'x' } as const,
    { owner: `user:${ben}`, name: 'y' } as const,
  ];
  expect(told({ type: 'project.transferred', subject: site, data: { before, after } })).toMatchObject({
    users: [ada, ben],
    organizations: [acme],
  });
});

it('what is given is about the person that gets it, and not about a team or a name that is called like one', () => {
  const terms = { before: null, after: { validUntil: null } };
  const granted = (data: object) =>
    told({ type: 'permission.granted', subject: ben, data: { permission: 'reports.read', ...terms, ...data } });
  expect([granted({}).users, granted({ holder: 'user' }).users, granted({ holder: 'team' }).users]).toEqual([
    [ada, ben],
    [ada, ben],
    [ada],
  ]);
  expect(told({ type: 'permission.created', subject: ben, data: { name: ben, description: '' } }).users).toEqual([ada]);
  expect(told({ type: 'organization.renamed', subject: ben, data: { before: 'x', after: 'y' } }).users).toEqual([ada]);
});

it('roles and grants within an organization, and whom it put into groups, are for its admins', () => {
  const terms = { before: null, after: { validUntil: null } };
  const facts: readonly AccessFact[] = [
    { type: 'role.assigned', subject: `${acme}/editor`, data: { assignee: `user:${cleo}`, ...terms } },
    {
      type: 'permission.granted',
      subject: cleo,
      data: { permission: 'reports.read', organizationId: acme, holder: 'user', ...terms },
    },
    { type: 'group.member_added', subject: crew, data: { userId: cleo, organizationId: acme, ...terms } },
  ];
  for (const fact of facts) {
    expect(told(fact)).toEqual({ users: [ada, cleo], organizations: [acme], isForAdmins: true, project: null });
  }
});
