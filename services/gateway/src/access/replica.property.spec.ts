import { VirtualTiming } from '@rollcall/event-store/testing/virtual-timing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeAccess } from '../testing/fake-access.ts';
import { AccessReplica } from './replica.ts';

const users = ['ann', 'bea', 'cyd'];
const permissions = ['a', 'b', 'c'];

/** What happens to the log, to the replicas of its owner, and to the one that follows them. */
type Step =
  | { readonly kind: 'write'; readonly user: string; readonly permission: string }
  /** The owner's replica hears of all that is in the log. */
  | { readonly kind: 'hear'; readonly who: number }
  | { readonly kind: 'ask'; readonly who: number; readonly limit: number; readonly delay: number }
  | { readonly kind: 'pass'; readonly milliseconds: number }
  /** The database goes back to what it was, and everybody at the owner notices. */
  | { readonly kind: 'lose'; readonly to: number };

const who = fc.nat(2);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        user: fc.constantFrom(...users),
        permission: fc.constantFrom(...permissions),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hear' as const), who }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        who,
        limit: fc.integer({ min: 1, max: 4 }),
        delay: fc.nat(300),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat(500) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), to: fc.nat(5) }) },
  ),
  { maxLength: 60 },
);

it('what is read was so a second ago at most, whichever replica of the owner answers, lags or lost something', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const timing = new VirtualTiming();
      const owner = new FakeAccess();
      const replica = new AccessReplica({ timing, report: () => undefined });
      const pass = (milliseconds: number) => new Promise<void>((done) => timing.after(milliseconds, done));
      /** Of each replica of the owner: what it knows, and since when it may be old. */
      let heard = [0, 1, 2].map(() => ({ revision: 0, at: timing.elapsed() }));
      /** Until when each state was the present, the newest last. */
      const past: { readonly rights: string; until: number }[] = [];
      const rights = () =>
        users
          .flatMap((user) =>
            permissions
              .filter((permission) =>
                owner.graphAt().check(`user:${user}`, 'holder', `permission:${permission}`, timing.now()),
              )
              .map((permission) => `${user} ${permission}`),
          )
          .join();
      past.push({ rights: rights(), until: Number.POSITIVE_INFINITY });
      const changed = (): void => {
        const last = past.at(-1);
        if (last) last.until = timing.elapsed();
        past.push({ rights: rights(), until: Number.POSITIVE_INFINITY });
      };
      const isHeld = new Set<string>();

      for (const step of all) {
        if (step.kind === 'write') {
          const tuple = { user: `user:${step.user}`, relation: 'holder', object: `permission:${step.permission}` };
          const key = `${step.user} ${step.permission}`;
          owner.write(isHeld.has(key) ? { remove: tuple } : { write: tuple });
          if (!isHeld.delete(key)) isHeld.add(key);
          changed();
        } else if (step.kind === 'hear') {
          heard[step.who] = { revision: owner.revision, at: timing.elapsed() };
        } else if (step.kind === 'lose') {
          owner.restoreTo(Math.min(step.to, owner.revision));
          owner.epoch++;
          heard = heard.map(() => ({ revision: owner.revision, at: timing.elapsed() }));
          isHeld.clear();
          for (const name of rights().split(',').filter(Boolean)) isHeld.add(name);
          changed();
        } else if (step.kind === 'pass') {
          await pass(step.milliseconds);
        } else {
          const sentAt = timing.elapsed();
          const asked = heard[step.who] ?? { revision: 0, at: 0 };
          owner.age = timing.elapsed() - asked.at;
          // The owner does not answer from what is old.
          if (owner.age > 1_000) continue;
          const { place } = replica;
          const changes = place && owner.changes(place, asked.revision, step.limit);
          const whole = owner.whole(asked.revision);
          await pass(step.delay);
          if (!changes || replica.takeChanges(changes, sentAt) === 'reload') replica.takeGraph(whole, sentAt);
        }
        const { reading } = replica;
        if (!reading) continue;
        const read = users
          .flatMap((user) =>
            permissions
              .filter((permission) =>
                reading.graph.check(`user:${user}`, 'holder', `permission:${permission}`, reading.now),
              )
              .map((permission) => `${user} ${permission}`),
          )
          .join();
        const recent = past.filter(({ until }) => until >= timing.elapsed() - 1_000).map((state) => state.rights);
        expect(recent).toContain(read);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
