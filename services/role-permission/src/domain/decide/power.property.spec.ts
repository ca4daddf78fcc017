import { isRefusal } from '@rollcall/types/problems';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessIntent } from '../commands.ts';
import { holds } from '../holdings.ts';
import { ada, ben, cleo, dan, founding, type Step, type Story, thing } from '../scenario.ts';

const people = [ada, ben, cleo, dan];
const powers = ['admin', 'users.manage', 'roles.manage', 'groups.manage', 'permissions.grant'];
const userId = fc.constantFrom(...people);
const permission = fc.constantFrom(...powers);
const groupId = fc.constantFrom(thing(400), thing(401));
const name = fc.constantFrom('ops', 'hr');
const is = fc.constant;

const wish: fc.Arbitrary<AccessIntent> = fc.oneof(
  fc.record({ type: is('grantPermission' as const), userId, permission }),
  fc.record({ type: is('grantPermission' as const), groupId, permission }),
  fc.record({ type: is('revokePermission' as const), userId, permission }),
  fc.record({ type: is('revokePermission' as const), groupId, permission }),
  fc.record({ type: is('createRole' as const), name, description: is('x'), permissions: fc.subarray(powers) }),
  fc.record({ type: is('grantPermission' as const), role: name, permission }),
  fc.record({ type: is('revokePermission' as const), role: name, permission }),
  { weight: 4, arbitrary: fc.record({ type: is('assignRole' as const), name, userId }) },
  fc.record({ type: is('assignRole' as const), name, groupId }),
  fc.record({ type: is('unassignRole' as const), name, userId }),
  { weight: 4, arbitrary: fc.record({ type: is('deleteRole' as const), name }) },
  fc.record({
    type: is('createGroup' as const),
    groupId,
    name: groupId,
    description: is('x'),
    kind: is('system' as const),
  }),
  { weight: 4, arbitrary: fc.record({ type: is('addGroupMember' as const), groupId, userId }) },
  fc.record({ type: is('removeGroupMember' as const), groupId, userId }),
  { weight: 4, arbitrary: fc.record({ type: is('deleteGroup' as const), groupId }) },
);

/** Something is wished, or something that was done is taken back. */
const deeds = fc.array(
  fc.record({
    by: fc.oneof({ weight: 2, arbitrary: is(ada) }, { weight: 3, arbitrary: userId }),
    deed: fc.oneof(
      { weight: 3, arbitrary: wish },
      fc.record({ back: fc.constantFrom(0, 0, 0, 1, 2, 5, 12), cascade: fc.boolean() }),
    ),
  }),
  { minLength: 20, maxLength: 80, size: 'max' },
);

/** Ada holds everything; the others each manage something, and none of them people. */
const begun = (): Story =>
  founding().do(
    ...[
      [ben, 'roles.manage'],
      [cleo, 'groups.manage'],
      [cleo, 'permissions.grant'],
      [dan, 'roles.manage'],
      [dan, 'groups.manage'],
      [dan, 'permissions.grant'],
    ].map(([user, power]): Step => [ada, { type: 'grantPermission', userId: user, permission: power } as AccessIntent]),
    [ada, { type: 'createRole', name: 'ops', description: 'x', permissions: ['admin', 'users.manage'] }],
    [ada, { type: 'createRole', name: 'hr', description: 'x', permissions: ['users.manage'] }],
    [ada, { type: 'createGroup', groupId: thing(400), name: thing(400), description: 'x', kind: 'system' }],
    [ada, { type: 'grantPermission', groupId: thing(400), permission: 'users.manage' }],
  );

const held = ({ state, now }: Story): ReadonlySet<string> =>
  new Set(people.flatMap((user) => powers.filter((power) => holds(state, user, power, now)).map((one) => user + one)));

describe('whatever somebody does or takes back', () => {
  it('gives nobody a power that they do not hold, and takes none of the kind from anybody else', () => {
    const counts = { gained: 0, lost: 0, undone: 0 };
    fc.assert(
      fc.property(deeds, (list) => {
        const story = begun();
        for (const { by, deed } of list) {
          const before = held(story);
          const outcome =
            'back' in deed
              ? story.undo(by, { position: Math.max(1, story.state.revision - deed.back), cascade: deed.cascade })
              : story.try(by, deed);
          if (isRefusal(outcome) || outcome.length === 0) continue;
          const after = held(story);
          const gained = [...after].filter((one) => !before.has(one));
          const lost = [...before].filter((one) => !after.has(one) && !one.startsWith(by));
          for (const one of [...gained, ...lost]) {
            const power = powers.find((candidate) => one.endsWith(candidate)) ?? '';
            expect([deed, by, one, before.has(by + power)]).toEqual([deed, by, one, true]);
          }
          counts.gained += gained.length;
          counts.lost += lost.length;
          if ('back' in deed) counts.undone += gained.length + lost.length;
        }
      }),
      { numRuns: 150 },
    );
    // It would hold just as well of stories in which nothing happens.
    expect(Math.min(counts.gained, counts.lost, counts.undone)).toBeGreaterThan(50);
  });
});
