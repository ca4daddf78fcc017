import { CommandLoop } from '@rollcall/event-store/command-loop';
import { InMemoryLog } from '@rollcall/event-store/testing/in-memory-log';
import { InMemoryBus } from '@rollcall/event-store/testing/in-memory-peers';
import { VirtualTiming } from '@rollcall/event-store/testing/virtual-timing';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes, lastingWishes } from '../arbitrary-wishes.ts';
import type { AccessCommand, AccessIntent } from '../commands.ts';
import type { AccessEvent, RecordedAccessEvent } from '../events.ts';
import { evolve } from '../evolve.ts';
import { ada, ben, cleo, commandOf, dan, fingerprint, founding, noon, type Story } from '../scenario.ts';
import { type AccessState, initialState } from '../state.ts';
import { accessDecider, decide } from './decide.ts';

const runs = Number(process.env.FAULTS_HISTORIES ?? 4) * 10;

type Wish = { readonly wish: AccessIntent; readonly by: string };
const lived = (wishes: readonly Wish[]): Story => {
  const story = founding();
  for (const { wish, by } of wishes) story.try(by, wish);
  return story;
};
const whole = (events: readonly AccessEvent[] | Refusal) => (isRefusal(events) ? events : [...events]);

describe('taking back while others write (F29)', { timeout: 1_000 * runs }, () => {
  it('comes to what it comes to with all of the history, however old the one is that it was asked with', () => {
    fc.assert(
      fc.property(anyWishes, fc.nat(), fc.nat(), fc.boolean(), (wishes, which, seen, cascade) => {
        const { entries, state, now } = lived(wishes);
        const known = entries.slice(0, 1 + (seen % entries.length));
        const target = known[which % known.length]?.commandId ?? '';
        const after = (position: number) => entries.filter((entry) => entry.position > position);
        const undo = (history: readonly RecordedAccessEvent[], upTo: number) =>
          whole(
            decide(
              state,
              commandOf({ type: 'undo', target, history: { entries: history, upTo }, cascade }, ada, 9_000),
              { now, after },
            ),
          );
        expect(undo(known, known.length)).toEqual(undo(entries, state.revision));
      }),
      { numRuns: 5 * runs },
    );
  });

  it('is decided by the rights that its asker has at that moment', () => {
    fc.assert(
      fc.property(anyWishes, fc.nat(), fc.constantFrom(ada, ben, cleo, dan), (wishes, which, by) => {
        const { entries, state, now } = lived(wishes);
        const target = entries[which % entries.length]?.commandId ?? '';
        const undo = (at: AccessState) => {
          const history = { entries, upTo: state.revision };
          return decide(at, commandOf({ type: 'undo', target, history, cascade: true }, by, 9_000), {
            now,
            after: () => [],
          });
        };
        const barred = state.users.has(by) ? { ...state, users: state.users.set(by, { suspended: true }) } : state;
        const outcome = undo(barred);
        // Whoever is suspended meanwhile takes nothing back, whatever they might have before.
        expect(isRefusal(outcome) || outcome.length === 0 || !state.users.has(by)).toBe(true);
      }),
      { numRuns: 5 * runs },
    );
  });

  it('leaves a log that is what its commands come to one after the other, and that plays back as it was seen', async () => {
    await fc.assert(
      fc.asyncProperty(lastingWishes, fc.array(fc.nat(), { minLength: 80, maxLength: 80 }), async (wishes, chosen) => {
        const timing = new VirtualTiming(noon);
        const log = new InMemoryLog<AccessEvent>(() => timing.now());
        const bus = new InMemoryBus<AccessCommand, AccessEvent, Refusal>(timing);
        const seen = new Map<number, string>();
        const loops = ['one', 'other'].map(
          (name) =>
            new CommandLoop({
              decider: accessDecider,
              log,
              timing,
              eventIdOf: (commandId, index) => `${commandId}/${index}`,
              peers: bus.join(name),
              recorded: (_, state) => seen.set(state.revision, fingerprint(state)),
              report: (error) => expect.fail(String(error)),
            }),
        );
        await Promise.all(loops.map((loop) => loop.start()));
        const sent = new Map<string, AccessCommand>();
        const submit = async (n: number, wish: AccessIntent, by: string) => {
          const command = commandOf(wish, by, n);
          sent.set(command.id, command);
          await loops[n % 2]?.submit(command);
        };
        for (const [n, userId] of [ada, ben, cleo, dan].entries()) {
          await submit(n, { type: 'addUser', userId, mayBootstrap: n === 0 }, 'service:registration');
        }
        const clients = Array.from({ length: 4 }, async (_, client) => {
          for (const [n, { wish, by }] of wishes.entries()) {
            if (n % 4 !== client) continue;
            await submit(100 + n, wish, by);
            const choice = chosen[n % chosen.length] ?? 0;
            if (choice % 3 > 0) continue;
            // What its client has seen is old by the time that it is decided.
            const entries = [...log.entries];
            const target = entries[choice % entries.length]?.commandId ?? '';
            const undo = {
              type: 'undo',
              target,
              history: { entries, upTo: entries.length },
              cascade: choice % 2 > 0,
            } as const;
            await submit(1_000 + n, undo, by);
          }
        });
        await Promise.all(clients);
        await Promise.all(loops.map((loop) => loop.stop()));

        let state = initialState();
        for (let from = 0; from < log.entries.length; ) {
          const { commandId } = log.entries[from] ?? expect.fail();
          const own = log.entries.slice(from).filter((entry) => entry.commandId === commandId);
          const command = sent.get(commandId) ?? expect.fail();
          const after = (position: number) => log.entries.slice(position, from);
          const anew = decide(state, command, { now: own[0]?.at ?? 0, after });
          expect(whole(anew)).toEqual(own.map(({ event }) => event));
          state = own.reduce(evolve, state);
          from += own.length;
          const then = seen.get(state.revision);
          if (then !== undefined) expect(fingerprint(state)).toBe(then);
        }
      }),
      { numRuns: runs },
    );
  });
});
