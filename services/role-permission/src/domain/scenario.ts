import { beforeFirst, recordedAfter } from '@rollcall/event-store/log';
import { Overlay } from '@rollcall/event-store/overlay';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type ProblemCode } from '@rollcall/types/problems';
import { expect } from 'vitest';
import type { AccessCommand } from './commands.ts';
import { accessDecider, decide } from './decide.ts';
import type { AccessFact, RecordedAccessEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type AccessState, initialState } from './state.ts';

/** What a command says, without the id and the cause that every command has. */
export type Wish = AccessCommand extends infer C ? (C extends AccessCommand ? Omit<C, 'id' | 'cause'> : never) : never;

// Users of specs are written as one letter; ids are parsed wherever they come in.
const idOf = (letter: string): UserId => `0190b0a0-0000-7000-8000-00000000000${letter}` as UserId;
export const ada = idOf('a');
export const ben = idOf('b');
export const cleo = idOf('c');
export const dan = idOf('d');

/** The time of every event of a scenario, and of its command. */
export const noon = Date.parse('2026-03-01T12:00:00.000Z');
export const at = (time: string): number => Date.parse(`2026-03-01T${time}:00.000Z`);
export const instant = (time: string): string => new Date(at(time)).toISOString();

export const commandOf = (wish: Wish, actor: string, n: number): AccessCommand => ({
  ...wish,
  id: `0190b0a0-0000-7000-9000-${String(n).padStart(12, '0')}`,
  cause: { actor, correlationId: 'spec' },
});

/** The state after facts, logged as events at noon by a service. */
export const stateAfter = (facts: readonly AccessFact[]): AccessState => {
  const counts = new Map<string, number>();
  return facts.reduce((state, fact, n) => {
    const subjectSequence = (counts.get(fact.subject) ?? 0) + 1;
    counts.set(fact.subject, subjectSequence);
    const cause = { actor: 'service:spec', correlationId: 'spec' };
    const recorded = { id: `${n}`, commandId: `${n}`, index: 0, position: n + 1, at: noon };
    return evolve(state, { ...recorded, event: { ...fact, subjectSequence, cause } });
  }, initialState());
};

/** Facts to begin a scenario with. */
export const added = (subject: UserId): AccessFact => ({ type: 'access.user_added', subject, data: {} });
export const suspended = (subject: UserId): AccessFact => ({ type: 'user.suspended', subject, data: {} });
export const granted = (subject: UserId, permission: string, validUntil: string | null = null): AccessFact => ({
  type: 'permission.granted',
  subject,
  data: { permission, before: null, after: { validUntil } },
});
export const created = (name: string): AccessFact => ({
  type: 'permission.created',
  subject: name,
  data: { name, description: `May ${name}` },
});
/** Ada is the first administrator; Ben and Cleo are there. */
export const founded: readonly AccessFact[] = [
  added(ada),
  { type: 'access.bootstrapped', subject: ada, data: {} },
  granted(ada, 'admin'),
  added(ben),
  added(cleo),
];

/** Given facts, when somebody wishes something, then these facts, or this refusal, follow. */
export const given = (...facts: readonly AccessFact[]) => ({
  when: (wish: Wish, { by = ada, now = noon }: { by?: string; now?: number } = {}) => {
    const decision = decide(stateAfter(facts), commandOf(wish, by, 1), now);
    return {
      thenEvents: (...expected: readonly AccessFact[]) => {
        expect(
          isRefusal(decision) ? decision : decision.map(({ type, subject, data }) => ({ type, subject, data })),
        ).toEqual(expected);
      },
      thenRefused: (code: ProblemCode) => expect(decision).toMatchObject({ refused: code }),
    };
  },
});

/** Decides wishes one upon the other, as the command loop does, a minute apart. */
export const history = (
  wishes: readonly { readonly wish: Wish; readonly by: string }[],
  batchSize = 1,
): { readonly entries: readonly RecordedAccessEvent[]; readonly states: readonly AccessState[] } => {
  const states = [initialState()];
  const entries: RecordedAccessEvent[] = [];
  for (let n = 0; n < wishes.length; n += batchSize) {
    const state = states.at(-1) ?? initialState();
    const last = entries.at(-1);
    const head = last ? { position: last.position, id: last.id } : beforeFirst;
    const now = noon + n * 60_000;
    const overlay = new Overlay(
      accessDecider,
      { state, head, at: last?.at ?? 0 },
      (id, index) => `${id}/${index}`,
      now,
    );
    for (const [m, { wish, by }] of wishes.slice(n, n + batchSize).entries()) {
      overlay.decide(commandOf(wish, by, n + m));
    }
    const appended = recordedAfter(head, overlay.proposed, now);
    entries.push(...appended);
    states.push(appended.reduce(evolve, state));
  }
  return { entries, states };
};

/** Everything that a state says, in one order: equal texts are equal states. */
export const fingerprint = (state: AccessState): string =>
  JSON.stringify({
    revision: state.revision,
    bootstrapped: state.bootstrapped,
    users: [...state.users.entries()].map(([id, user]) => [id, user.suspended, [...user.grants.entries()]]),
    permissions: [...state.permissions.entries()].map(([name, { description, holders }]) => [
      name,
      description,
      [...holders.entries()],
    ]),
    subjectSequences: [...state.subjectSequences.entries()],
  });
