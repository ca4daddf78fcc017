import { eventCatalogue } from '@rollcall/types/event-catalogue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessIntent } from './commands.ts';
import { decide } from './decide/decide.ts';
import { evolve } from './evolve.ts';
import { holds } from './holdings.ts';
import { holdersOf, permissionsOf } from './queries.ts';
import { ada, ben, cleo, commandOf, dan, fingerprint, history, noon } from './scenario.ts';
import { type AccessState, initialState } from './state.ts';

const userId = fc.constantFrom(ada, ben, cleo, dan);
// One permission is named like a user: they then share a subject.
const permission = fc.constantFrom('admin', 'permissions.grant', 'permissions.manage', 'users.read', 'x', ada);
const validUntil = fc.option(
  fc.integer({ min: -5, max: 60 }).map((minutes) => new Date(noon + minutes * 60_000).toISOString()),
  { nil: null },
);
const text = fc.constantFrom('one', 'two');
const type = fc.constant;

const wish: fc.Arbitrary<AccessIntent> = fc.oneof(
  fc.record({ type: type('addUser' as const), userId, mayBootstrap: fc.boolean() }),
  fc.record({ type: type('createPermission' as const), name: permission, description: text }),
  fc.record({ type: type('describePermission' as const), name: permission, description: text }),
  fc.record({ type: type('deletePermission' as const), name: permission }),
  { weight: 4, arbitrary: fc.record({ type: type('grantPermission' as const), userId, permission, validUntil }) },
  { weight: 2, arbitrary: fc.record({ type: type('revokePermission' as const), userId, permission }) },
  fc.record({ type: type('suspendUser' as const), userId }),
  fc.record({ type: type('restoreUser' as const), userId }),
);
const by = fc.oneof({ weight: 3, arbitrary: fc.constant(ada) }, { weight: 2, arbitrary: userId });
const wishes = fc.array(fc.record({ wish, by }), { minLength: 1, maxLength: 60, size: 'max' }).map((list) => [
  // Most histories begin with people in them.
  ...[ada, ben, cleo].map((user) => ({
    wish: { type: 'addUser' as const, userId: user, mayBootstrap: user === ada },
    by: 'service:registration',
  })),
  ...list,
]);

/** Histories in which Ben is an administrator beside Ada from the beginning, and Cleo is one for half an hour. */
const amongAdmins = wishes.map((list) => {
  const appoint = (user: typeof ada, minutes?: number) => {
    const end = minutes === undefined ? null : new Date(noon + minutes * 60_000).toISOString();
    return { wish: { type: 'grantPermission' as const, userId: user, permission: 'admin', validUntil: end }, by: ada };
  };
  return [...list.slice(0, 3), appoint(ben), appoint(cleo, 30), ...list.slice(3)];
});

/** The grants that people have of a permission as such, whoever they are: read from the state as it is written down. */
const grantsOf = (state: AccessState, name: string): readonly (readonly [string, { validUntil: string | null }])[] =>
  [...state.edges.entries()].flatMap(([text, edge]) => {
    const [tuple, user] = text.split('@user:');
    return tuple === `permission:${name}#holder` && user !== undefined ? [[user, edge] as const] : [];
  });

const lastingAdmins = (state: AccessState): number =>
  grantsOf(state, 'admin').filter(([id, { validUntil }]) => validUntil === null && !state.users.get(id)?.suspended)
    .length;

const endOf = ({ validUntil }: { readonly validUntil: string | null }): number =>
  validUntil === null ? Number.POSITIVE_INFINITY : Date.parse(validUntil);

/** Until when somebody holds a permission, found without the code that decides about it. */
const lastsFor = (state: AccessState, user: string, name: string): number => {
  const found = [...state.users.entries()].find(([id]) => id === user)?.[1];
  if (!found || found.suspended) return Number.NEGATIVE_INFINITY;
  const ends = [...grantsOf(state, name), ...grantsOf(state, 'admin')].filter(([id]) => id === user);
  return Math.max(...ends.map(([, grant]) => endOf(grant)));
};

describe('whatever anybody wishes', () => {
  it('there is an administrator for good from the bootstrap on, at any time', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        for (const state of history(list).states) {
          if (state.bootstrapped) expect(lastingAdmins(state)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('the bootstrap happens once', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const types = history(list).entries.map(({ event }) => event.type);
        expect(types.filter((found) => found === 'access.bootstrapped').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('the state is the fold of the log, in batches of any size', () => {
    fc.assert(
      fc.property(wishes, fc.integer({ min: 1, max: 70 }), (list, batchSize) => {
        const { entries, states } = history(list, batchSize);
        const live = states.at(-1) ?? initialState();
        expect(fingerprint(entries.reduce(evolve, initialState()))).toBe(fingerprint(live));
      }),
    );
  });

  it('the events about each subject are numbered from 1 without holes', () => {
    fc.assert(
      fc.property(wishes, fc.integer({ min: 1, max: 70 }), (list, batchSize) => {
        const last = new Map<string, number>();
        for (const { event } of history(list, batchSize).entries) {
          expect(event.subjectSequence).toBe((last.get(event.subject) ?? 0) + 1);
          last.set(event.subject, event.subjectSequence);
        }
      }),
    );
  });

  it('a thing done twice at the same time has no events, or is refused, the second time', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const before = history(list.slice(0, -1)).states.at(-1) ?? initialState();
        const last = list.at(-1);
        if (last === undefined) return;
        const now = noon + 90 * 60_000;
        const first = decide(before, commandOf(last.wish, last.by, 1_000), { now, after: () => [] });
        if ('refused' in first) return;
        const after = first.reduce(
          (state, event, index) =>
            evolve(state, { id: '', commandId: '', index, event, at: now, position: before.revision + 1 + index }),
          before,
        );
        const second = decide(after, commandOf(last.wish, last.by, 1_001), { now, after: () => [] });
        expect('refused' in second ? [] : second).toEqual([]);
      }),
    );
  });

  it('nobody gains a permission by somebody who does not hold it', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const { entries, states } = history(list);
        for (const { event, position, at } of entries) {
          if (event.type !== 'permission.granted' || event.cause.actor.startsWith('service:')) continue;
          const before = states.findLast(({ revision }) => revision < position) ?? initialState();
          expect(holds(before, event.cause.actor, event.data.permission, at)).toBe(true);
        }
      }),
    );
  });

  it('nobody gives a permission for longer than they hold it and may grant', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const { entries, states } = history(list);
        for (const { event, position } of entries) {
          if (event.type !== 'permission.granted' || event.cause.actor.startsWith('service:')) continue;
          const before = states.findLast(({ revision }) => revision < position) ?? initialState();
          const end = endOf(event.data.after);
          expect(end).toBeLessThanOrEqual(lastsFor(before, event.cause.actor, event.data.permission));
          expect(end).toBeLessThanOrEqual(lastsFor(before, event.cause.actor, 'permissions.grant'));
        }
      }),
    );
  });

  it('nobody takes admin, or everything, from somebody who is an administrator for longer', () => {
    fc.assert(
      fc.property(amongAdmins, (list) => {
        const { entries, states } = history(list);
        for (const { event, position, at } of entries) {
          const takes = event.type === 'permission.revoked' && event.data.permission === 'admin';
          const limits = event.type === 'permission.granted' && event.data.permission === 'admin';
          if (!takes && !limits && event.type !== 'user.suspended') continue;
          const { actor } = event.cause;
          if (actor === event.subject) continue;
          const before = states.findLast(({ revision }) => revision < position) ?? initialState();
          const end = lastsFor(before, event.subject, 'admin');
          const isLost = end > at && (!limits || endOf(event.data.after) < end);
          if (isLost) expect(end).toBeLessThanOrEqual(lastsFor(before, actor, 'admin'));
        }
      }),
    );
  });

  it('every list says what the check says', () => {
    fc.assert(
      fc.property(wishes, fc.integer({ min: 0, max: 120 }), (list, minutes) => {
        const state = history(list).states.at(-1) ?? initialState();
        const now = noon + minutes * 60_000;
        const users = [...state.users.entries()].map(([id]) => id);
        for (const [name] of state.permissions.entries()) {
          const holders = users.filter((user) => holds(state, user, name, now));
          expect([...holdersOf(state, name, now)].map((held) => held.userId)).toEqual(holders);
          for (const user of users) {
            const listed = [...permissionsOf(state, user, now)].some((held) => held.name === name);
            expect(listed).toBe(holders.includes(user));
          }
        }
      }),
    );
  });

  it('every event has the form that the catalogue promises', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        for (const { event, position, commandId, index } of history(list).entries) {
          const data = { ...event.data, revision: position, commandId, index };
          const parsed = eventCatalogue.get(event.type)?.data.strict().safeParse(data);
          expect(parsed?.error?.issues ?? []).toEqual([]);
          expect(parsed?.success).toBe(true);
        }
      }),
    );
  });
});
