import { DeadlineRunner } from '@rollcall/event-store/deadline-runner';
import { systemTiming } from '@rollcall/service-kit/system-timing';
import { v5 } from 'uuid';
import { ownAuthority } from './domain/authority.ts';
import type { AccessCommand } from './domain/commands.ts';
import { allDue, deletedIn, dueBy } from './domain/due.ts';
import type { RecordedAccessEvent } from './domain/events.ts';
import type { AccessState } from './domain/state.ts';
import type { AccessStream } from './store/access-stream.ts';

/** Any UUID of our own: the ids of these commands follow from what ends and when. */
const namespace = '5f0a4c1e-7d0b-5b6e-9a51-2f7d9c3e1b64';

export interface EndingsOptions {
  readonly access: () => AccessStream;
  /** How long what was deleted can be restored. */
  readonly graceMilliseconds: number;
  readonly report: (error: unknown, doing: string) => void;
}

/** Brings about what nobody wishes: the end of what has run out, and of what was deleted and waited long enough. */
export class Endings {
  readonly #options: EndingsOptions;
  readonly #runner: DeadlineRunner<string>;

  constructor(options: EndingsOptions) {
    this.#options = options;
    this.#runner = new DeadlineRunner({
      timing: systemTiming,
      random: Math.random,
      submit: (key, due) => options.access().submit(commandFor(key, due)),
      report: options.report,
    });
  }

  loaded(state: AccessState): void {
    this.#runner.load(allDue(state, this.#options.graceMilliseconds));
  }

  recorded(entries: readonly RecordedAccessEvent[]): void {
    for (const entry of entries) {
      for (const [key, due] of dueBy(entry, this.#options.graceMilliseconds)) this.#runner.set(key, due);
    }
  }

  start(): void {
    this.#runner.start();
  }

  stop(): void {
    this.#runner.stop();
  }
}

const commandFor = (key: string, due: number): AccessCommand => {
  const id = v5(JSON.stringify([key, due]), namespace);
  const cause = { actor: ownAuthority, correlationId: id };
  const itemId = deletedIn(key);
  return itemId === undefined ? { type: 'expire', key, id, cause } : { type: 'purge', itemId, id, cause };
};
