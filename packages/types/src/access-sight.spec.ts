import { expect, it } from 'vitest';
import { type Concern, type RightsAtOnce, Sight } from './access-sight.ts';

/** Who is what to what, as one would write it: `<object>#<relation>@<user>`. */
const rights = (...tuples: readonly string[]): RightsAtOnce => {
  const check = (user: string, relation: string, object: string) => tuples.includes(`${object}#${relation}@${user}`);
  const allows = (user: string, relation: string, object: string) =>
    user !== 'user:barred' && check(user, relation, object);
  return { graph: { barred: new Set(['user:barred']), allows, graph: { check } }, now: 0 };
};

const now = rights(
  'permission:access.read#holder@user:auditor',
  'permission:access.read#holder@user:barred',
  'permission:access.manage#holder@user:operator',
  'organization:acme#admin@user:boss',
  'organization:acme#member@user:boss',
  'organization:acme#member@user:member',
  'organization:other#admin@user:rival',
  'organization:other#member@user:rival',
  'project:site#member@user:guest',
  'project:site#owner@organization:acme',
  'project:site#member@user:boss',
  'project:hut#member@user:guest',
  'project:hut#owner@user:barred',
);
const everybody = ['auditor', 'operator', 'boss', 'member', 'rival', 'guest', 'barred', 'stranger'];

const nobody: Concern = { users: [], organizations: [], isForAdmins: false, project: null };
const site = (...owners: readonly string[]) => ({ id: 'site', owners });

it.each<readonly [string, Partial<Concern>, readonly string[]]>([
  ['of nobody in particular is for who reads all', {}, ['auditor']],
  ['about somebody is for them', { users: ['stranger', 'member', 'barred'] }, ['auditor', 'member', 'stranger']],
  [
    'about an organization is for its members and admins, and who manages all',
    { organizations: ['acme'] },
    ['auditor', 'operator', 'boss', 'member'],
  ],
  [
    'about what only admins can read of it is for them',
    { organizations: ['acme'], isForAdmins: true },
    ['auditor', 'operator', 'boss'],
  ],
  [
    'about two organizations is for either',
    { organizations: ['acme', 'other'] },
    ['auditor', 'operator', 'boss', 'member', 'rival'],
  ],
  [
    'about a project of its present owner is for who is in it',
    { project: site('organization:acme') },
    ['auditor', 'operator', 'boss', 'guest'],
  ],
  [
    'about a project of a former owner is not for who is in it now',
    { project: site('organization:other') },
    ['auditor', 'operator'],
  ],
  [
    'about a project that came to its present owner is for who is in it',
    { project: site('organization:other', 'organization:acme') },
    ['auditor', 'operator', 'boss', 'guest'],
  ],
  [
    'about a project whose owner is suspended is for who is in it all the same',
    { users: ['barred'], project: { id: 'hut', owners: ['user:barred'] } },
    ['auditor', 'operator', 'guest'],
  ],
])('an event %s', (_, about, seers) => {
  const may = everybody.filter((userId) => new Sight(userId, now).maySee({ ...nobody, ...about }));
  expect(may).toEqual(seers);
});

it.each([
  ['access', '', { auditor: 3, operator: 2, boss: 1, member: 1, rival: 1, guest: 1, stranger: 1 }],
  ['organization', 'acme', { auditor: 3, operator: 2, boss: 2, member: 1 }],
  ['project', 'site', { auditor: 3, operator: 2, boss: 1, guest: 1 }],
  ['user', 'member', { auditor: 3, member: 1 }],
  ['organization', 'missing', { auditor: 3, operator: 2 }],
] as const)('watching %s %s is for whom it is, and wider for who sees more of it', (kind, id, breadths) => {
  const found = everybody.map((userId) => [userId, new Sight(userId, now).breadthOf({ kind, id })]);
  expect(Object.fromEntries(found.filter(([, breadth]) => breadth !== 0))).toEqual(breadths);
});
