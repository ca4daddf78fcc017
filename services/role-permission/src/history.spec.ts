import { isRefusal } from '@rollcall/types/problems';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyWishes } from './domain/arbitrary-wishes.ts';
import { decide } from './domain/decide/decide.ts';
import type { RecordedAccessEvent } from './domain/events.ts';
import { beginsOrEnds, keysOf } from './domain/keys.ts';
import { mostHistory, mostRounds } from './domain/limits.ts';
import { ben, commandOf, founding, type Story, thing } from './domain/scenario.ts';
import { historyOf } from './history.ts';
import type { CommandPlace, TouchedKeys } from './store/log-queries.ts';

/** The same questions to a list of entries. */
const logOf = (entries: readonly RecordedAccessEvent[]) => ({
  commandsTouching: vi.fn(async (after: number, { written, needed }: TouchedKeys, limit: number) => {
    const firsts = new Map<string, number>();
    for (const { position, index, commandId, event } of entries) {
      const touches = (keys: readonly string[]) => keysOf(event).some((key) => keys.includes(key));
      const isTouching = touches(written) || (beginsOrEnds.test(event.type) && touches(needed));
      if (position > after && isTouching) firsts.set(commandId, position - index);
    }
    return [...firsts].slice(0, limit).map(([commandId, first]) => ({ commandId, first }));
  }),
  ofCommands: vi.fn(async (commands: readonly CommandPlace[], limit: number) =>
    entries.filter(({ commandId }) => commands.some((one) => one.commandId === commandId)).slice(0, limit),
  ),
});

const commandsIn = ({ entries }: Story): readonly string[] => [...new Set(entries.map(({ commandId }) => commandId))];
const eventsOf = ({ entries }: Story, id: string) => entries.filter(({ commandId }) => commandId === id);

/** An organization is founded; then each command renames two teams, the second of which the next one renames too. */
const chained = (length: number): Story => {
  const organizationId = thing(1);
  const plan = { plan: 'any', seats: null };
  const team = (n: number) => thing(100 + n);
  const story = founding().do([ben, { type: 'createOrganization', organizationId, name: 'x', plan }]);
  for (let n = 0; n <= length; n++) {
    story.do([ben, { type: 'createTeam', organizationId, teamId: team(n), name: 'x' }]);
  }
  for (let n = 0; n < length; n++) {
    const wishes = [n, n + 1].map((m) => ({ type: 'renameTeam' as const, teamId: team(m), name: `${n} ${m}` }));
    story.do([ben, { type: 'batch', wishes }]);
  }
  return story;
};

describe('what is read of the log to take a command back', () => {
  it('is enough: all of the log would lead to the same', async () => {
    const taken = fc.record({ nth: fc.nat(), by: fc.constant(ben), cascade: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(anyWishes, fc.array(taken, { maxLength: 6 }), async (wishes, undone) => {
        const story = founding();
        for (const { wish, by } of wishes) story.try(by, wish);
        for (const { nth, cascade } of undone) {
          const { position } = story.entries[nth % story.entries.length] ?? expect.fail();
          story.undo('service:role-permission', { position, cascade });
        }
        const upTo = story.state.revision;
        for (const target of commandsIn(story)) {
          for (const cascade of [false, true]) {
            const read = await historyOf(logOf(story.entries), eventsOf(story, target), upTo, cascade);
            if (isRefusal(read)) return expect.fail('nothing here is too much');
            const outcomes = [read, { entries: story.entries, upTo }].map((history) => {
              const command = commandOf({ type: 'undo', target, history, cascade }, 'service:role-permission', 9_999);
              return decide(story.state, command, { now: story.now, after: () => [] });
            });
            expect(outcomes[0]).toEqual(outcomes[1]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is asked for twice without a cascade, however much there is', async () => {
    const story = chained(40);
    const [target = ''] = commandsIn(story).slice(-40);
    const log = logOf(story.entries);
    const history = await historyOf(log, eventsOf(story, target), story.state.revision, false);
    expect(isRefusal(history)).toBe(false);
    expect(log.commandsTouching).toHaveBeenCalledTimes(2);
    expect(log.ofCommands).toHaveBeenCalledTimes(2);
  });

  it('is followed only so many steps by a cascade, and then refused', async () => {
    const followed = async (length: number) => {
      const story = chained(length);
      const [target = ''] = commandsIn(story).slice(-length);
      const log = logOf(story.entries);
      const history = await historyOf(log, eventsOf(story, target), story.state.revision, true);
      return { history, rounds: log.commandsTouching.mock.calls.length };
    };
    // The last one finds nothing more.
    expect(isRefusal((await followed(mostRounds - 1)).history)).toBe(false);
    const beyond = await followed(mostRounds);
    expect(beyond.history).toMatchObject({ refused: 'too_much_at_once' });
    expect(beyond.rounds).toBe(mostRounds);
  });

  it('is so many entries at most', async () => {
    const story = chained(1);
    const [target = ''] = commandsIn(story).slice(-1);
    const own = eventsOf(story, target);
    const last = own.at(-1) ?? expect.fail();
    const later = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ ...last, commandId: `${n}`, position: last.position + 1 + n }));
    const read = (count: number) => {
      const commandsTouching = async () =>
        later(count).map(({ commandId, position }) => ({ commandId, first: position }));
      const log = { commandsTouching, ofCommands: async () => later(count) };
      return historyOf(log, own, last.position + count, false);
    };
    expect(isRefusal(await read(mostHistory))).toBe(false);
    expect(await read(mostHistory + 1)).toMatchObject({ refused: 'too_much_at_once' });
  });
});
