import type { RevocationList } from '../identity/revocation-list.ts';
import type { LiveJournal } from './journal.ts';
import type { LiveEvent } from './live-event.ts';
import type { Viewer } from './viewer.ts';

/** Events held back before everybody is sent away, to come back with the last `resume`. */
const maximumHeld = 10_000;

/**
 * Everybody who watches, by person. While it is unknown whose session has ended or who is suspended, events are held back:
 * nobody sees one more than a second after that, whatever is down.
 */
export class Audience {
  readonly #mayShow: () => boolean;
  readonly #viewers = new Map<string, Set<Viewer>>();
  readonly #unsubscribe: readonly (() => void)[];
  #held: LiveEvent[] = [];

  constructor(journal: LiveJournal, revocations: RevocationList, mayShow: () => boolean) {
    this.#mayShow = mayShow;
    this.#unsubscribe = [
      journal.onEvent((event) => this.#take(event)),
      revocations.onFresh(() => this.showHeld()),
      revocations.onRevoked((kind, value) => {
        for (const viewer of this.#everybody()) if (viewer.livesBy(kind, value)) viewer.end();
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#unsubscribe) stop();
  }

  add(viewer: Viewer): void {
    const { userId } = viewer;
    this.#viewers.set(userId, (this.#viewers.get(userId) ?? new Set()).add(viewer));
  }

  remove(viewer: Viewer): void {
    const { userId } = viewer;
    const theirs = this.#viewers.get(userId);
    theirs?.delete(viewer);
    if (theirs?.size === 0) this.#viewers.delete(userId);
  }

  /** How many connections a person has. */
  count(userId: string): number {
    return this.#viewers.get(userId)?.size ?? 0;
  }

  *#everybody(): Iterable<Viewer> {
    for (const theirs of this.#viewers.values()) yield* theirs;
  }

  #take(event: LiveEvent): void {
    if (this.#held.length === 0 && this.#mayShow()) this.#show(event);
    else this.#hold(event);
  }

  #hold(event: LiveEvent): void {
    if (this.#viewers.size === 0) return;
    this.#held.push(event);
    if (this.#held.length <= maximumHeld) return;
    this.#held = [];
    for (const viewer of this.#everybody()) viewer.sendAway();
  }

  /** Shows what was held back, if that may be now. */
  showHeld(): void {
    if (!this.#mayShow()) return;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#show(event);
  }

  #show(event: LiveEvent): void {
    for (const userId of new Set([event.event.subject, event.event.actor])) {
      for (const viewer of this.#viewers.get(userId) ?? []) viewer.show(event);
    }
  }
}
