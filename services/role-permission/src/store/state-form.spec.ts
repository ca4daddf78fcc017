import { createHash } from 'node:crypto';
import type { Snapshot } from '@rollcall/event-store/snapshot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes } from '../domain/arbitrary-wishes.ts';
import { evolve } from '../domain/evolve.ts';
import { linesOf } from '../domain/fingerprint.ts';
import { ada, ben, cleo, founding, instant, type Story, thing } from '../domain/scenario.ts';
import { type AccessState, initialState } from '../domain/state.ts';
import { LiveGraph } from '../live-graph.ts';
import { Damaged } from './sections.ts';
import { read, written } from './state-form.ts';

type Wishes = readonly { readonly wish: Parameters<Story['try']>[1]; readonly by: string }[];

const lived = (wishes: Wishes): Story => {
  const story = founding();
  for (const { wish, by } of wishes) story.try(by, wish);
  return story;
};

const snapshotOf = (state: AccessState): Snapshot<AccessState> => ({
  state,
  head: { position: state.revision, id: thing(state.revision) },
  at: 1_772_366_400_123,
  epoch: 3,
  recentCommands: [
    [thing(9), 1],
    [thing(1), 7],
  ],
});
const never = () => undefined;
const write = async (state: AccessState, pause: () => Promise<void> | undefined = never) =>
  new Uint8Array(await written(snapshotOf(state), pause));
const lines = (state: AccessState): readonly string[] => [...linesOf(state)];
const tuples = (state: AccessState): readonly string[] => {
  const graph = new LiveGraph();
  graph.loaded(state);
  return [...graph.present.graph.tuples()].map((tuple) => JSON.stringify(tuple)).sort();
};

describe('a state that is written', () => {
  it('is read as it was, with all that is known of its place in the log', async () => {
    await fc.assert(
      fc.asyncProperty(anyWishes, async (wishes) => {
        const { state } = lived(wishes);
        const { state: again, ...place } = read(await write(state));
        expect(lines(again)).toEqual(lines(state));
        const { state: _, ...was } = snapshotOf(state);
        expect(place).toEqual(was);
      }),
      { numRuns: 40 },
    );
  });

  it('and the entries behind it are the log, wherever it was taken (F32)', async () => {
    await fc.assert(
      fc.asyncProperty(anyWishes, fc.nat(), fc.nat(), async (wishes, one, other) => {
        const { entries, state } = lived(wishes);
        // Taken twice, the second time of a state that was read itself.
        const [first = 0, second = 0] = [one % (entries.length + 1), other % (entries.length + 1)].sort(
          (a, b) => a - b,
        );
        const taken = read(await write(entries.slice(0, first).reduce(evolve, initialState())));
        const again = read(await write(entries.slice(first, second).reduce(evolve, taken.state)));
        const replayed = entries.slice(second).reduce(evolve, again.state);
        expect(lines(replayed)).toEqual(lines(state));
        expect(tuples(replayed)).toEqual(tuples(state));
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with a bit of any byte flipped, cut anywhere, and with anything after it (F32)', async () => {
    const bytes = await write(initialState());
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at & 7));
      expect(() => read(flipped)).toThrow(Damaged);
    }
    for (let length = 0; length < bytes.length; length++) expect(() => read(bytes.slice(0, length))).toThrow(Damaged);
    for (const more of [1, 8]) expect(() => read(new Uint8Array([...bytes, ...Array(more).fill(0)]))).toThrow(Damaged);
  });

  it('keeps texts that are not of one byte a character', async () => {
    const { state } = founding().do([
      ada,
      { type: 'createPermission', name: 'x', description: '\u20ac \u{1f600} e\u0301 "\\' },
    ]);
    expect(lines(read(await write(state)).state)).toEqual(lines(state));
  });

  it('lets others have their turn again and again, however large it is', async () => {
    const story = founding();
    for (let n = 0; n < 60; n++) {
      story.do(
        [
          ada,
          {
            type: 'createOrganization',
            organizationId: thing(1_000 + n),
            name: 'x',
            plan: { plan: 'any', seats: null },
          },
        ],
        [ada, { type: 'addOrganizationMember', organizationId: thing(1_000 + n), userId: ben }],
      );
    }
    const few = await turnsOf(founding().state);
    expect(await turnsOf(story.state)).toBeGreaterThan(few);
  });

  const turnsOf = async (state: AccessState): Promise<number> => {
    let turns = 0;
    await write(state, () => {
      turns++;
      return undefined;
    });
    return turns;
  };

  it('stands in the form that its version number promises', async () => {
    const story = founding().do(
      [ada, { type: 'createPermission', name: 'x', description: 'y' }],
      [ada, { type: 'grantPermission', userId: ben, permission: 'x', validUntil: instant('23:00') }],
      [ben, { type: 'createOrganization', organizationId: thing(100), name: 'a', plan: { plan: 'team', seats: 9 } }],
      [
        ben,
        { type: 'reserveSeat', organizationId: thing(100), reservationId: thing(500), validUntil: instant('23:00') },
      ],
      [ben, { type: 'createTeam', teamId: thing(200), organizationId: thing(100), name: 'b' }],
      [ben, { type: 'createProject', projectId: thing(300), name: 'c', owner: `organization:${thing(100)}` }],
      [ben, { type: 'createProject', projectId: thing(301), name: 'd', owner: `user:${ben}` }],
      [ben, { type: 'deleteProject', projectId: thing(301) }],
      [ada, { type: 'createGroup', groupId: thing(400), name: 'e', description: 'f', kind: 'system' }],
      [ada, { type: 'createRole', name: 'g', description: 'h', permissions: ['x'], organizationId: null }],
      ['service:deactivation', { type: 'suspendUser', userId: cleo }],
    );
    const digest = createHash('sha256')
      .update(await write(story.state))
      .digest('hex')
      .slice(0, 16);
    // If this changes, and not by what is built in alone, what was kept before would be read wrongly: give the form in
    // `state-form.ts` its next number.
    expect(digest).toBe('fea8ea204eac6e17');
  });
});
