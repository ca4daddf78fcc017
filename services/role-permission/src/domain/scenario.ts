import { beforeFirst, recordedAfter } from '@rollcall/event-store/log';
import { Overlay } from '@rollcall/event-store/overlay';
import { SortedMap } from '@rollcall/event-store/sorted-map';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type ProblemCode, type Refusal } from '@rollcall/types/problems';
import { expect } from 'vitest';
import type { AccessCommand, AccessIntent } from './commands.ts';
import { accessDecider, decide } from './decide/decide.ts';
import type { AccessFact, RecordedAccessEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type AccessState, initialState } from './state.ts';

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

export const commandOf = (wish: AccessIntent, actor: string, n: number): AccessCommand => ({
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
  when: (wish: AccessIntent, { by = ada, now = noon }: { by?: string; now?: number } = {}) => {
    const decision = decide(stateAfter(facts), commandOf(wish, by, 1), { now, after: () => [] });
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

/** Who wishes what; refused wishes are a mistake of the spec. */
export type Step = readonly [actor: string, intent: AccessIntent];

/** The log and the state after steps, a minute apart from noon on. */
export class Story {
  readonly entries: RecordedAccessEvent[] = [];
  state: AccessState = initialState();
  #commands = 0;

  /** Decides at a time; keeps what follows. */
  try(actor: string, intent: AccessIntent, now = this.now): readonly RecordedAccessEvent[] | Refusal {
    const command = commandOf(intent, actor, ++this.#commands);
    const after = (position: number) => this.entries.filter((entry) => entry.position > position);
    const decision = decide(this.state, command, { now, after });
    if (isRefusal(decision)) return decision;
    const appended = decision.map((event, index) => ({
      id: `${command.id}/${index}`,
      commandId: command.id,
      index,
      event,
      position: this.state.revision + 1 + index,
      at: now,
    }));
    this.entries.push(...appended);
    this.state = appended.reduce(evolve, this.state);
    return appended;
  }

  /** Decides, and throws what is refused. */
  do(...steps: readonly Step[]): this {
    for (const [actor, intent] of steps) {
      const outcome = this.try(actor, intent);
      if (isRefusal(outcome)) throw new Error(`${intent.type} is refused: ${JSON.stringify(outcome)}`);
    }
    return this;
  }

  get now(): number {
    return noon + this.#commands * 60_000;
  }

  /** Takes the command back that wrote an event, or the last one. */
  undo(actor: string, { position, cascade = false, now }: { position?: number; cascade?: boolean; now?: number } = {}) {
    const target = this.entries.find((entry) => entry.position === (position ?? this.state.revision))?.commandId ?? '';
    const first = this.entries.findIndex(({ commandId }) => commandId === target);
    const history = { entries: this.entries.slice(first), upTo: this.state.revision };
    return this.try(actor, { type: 'undo', target, history, cascade }, now);
  }
}

/** A story in which Ada is the first administrator, and Ben, Cleo and Dan are there. */
export const founding = (): Story =>
  new Story().do(
    ['service:registration', { type: 'addUser', userId: ada, mayBootstrap: true }],
    ...[ben, cleo, dan].map(
      (userId): Step => ['service:registration', { type: 'addUser', userId, mayBootstrap: false }],
    ),
  );

/** Any id, told apart by a number. */
export const thing = (n: number): string => `0190b0a0-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Decides wishes one upon the other, as the command loop does, a minute apart. */
export const history = (
  wishes: readonly { readonly wish: AccessIntent; readonly by: string }[],
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
export const fingerprint = ({ edges, ...state }: AccessState): string =>
  JSON.stringify({
    ...Object.fromEntries(
      Object.entries(state).map(([name, value]) => [name, value instanceof SortedMap ? [...value.entries()] : value]),
    ),
    edges: [...edges.entries()],
  });
