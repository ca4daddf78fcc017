import { Sight } from '@rollcall/types/access-sight';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AccessReading } from './access-feed.ts';
import type { AccessWatch, Watcher } from './access-watch.ts';
import { belongsTo, type Channel } from './channel.ts';
import type { HistoryPage } from './history-pages.ts';
import type { LiveJournal } from './journal.ts';
import { type Line, maximumLag } from './line.ts';
import type { LiveEvent } from './live-event.ts';
import { type NamedPlace, resumeOf } from './place.ts';
import { textFrame } from './text-frame.ts';
import type { ToldEntry } from './told-entry.ts';

export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** How long somebody may wait for this replica to reach where another one has been already. */
const patienceMilliseconds = 2_000;
const lookAgainMilliseconds = 50;
/** The longest silence in a playback, however long nothing happened. */
const longestPauseMilliseconds = 5_000;
const historyAttempts = 5;
/** Bytes of a playback that may wait for the client; the rest is played once it has taken them. */
const playedAhead = 65_536;

export interface SubscriptionOptions {
  readonly id: string;
  readonly userId: string;
  readonly channel: Channel;
  /** How many times faster than it happened history is played; 0 for as fast as it goes. */
  readonly speed: number;
  readonly watch: AccessWatch;
  /** On one’s own channel: the other services’ events. */
  readonly journal?: Pick<LiveJournal, 'events'> | undefined;
  /** Some entries of the past after a position. */
  readonly history: (position: number) => Promise<HistoryPage>;
  readonly line: Line;
  readonly sleep: Sleep;
  readonly onRightLost: () => void;
  readonly onTooSlow: () => void;
}

/**
 * One channel that one client watches: first what came since the place that it names, then what happens, in order, each
 * once, and only what its person may see at the moment when it is shown.
 */
export class Subscription implements Watcher {
  readonly id: string;
  readonly userId: string;
  readonly channel: Channel;
  readonly #options: SubscriptionOptions;
  readonly #ending = new AbortController();
  /** Undefined before it has begun. */
  #epoch: number | undefined;
  /** The last entry that was looked at. */
  #position = 0;
  /** Where it is in the journal; undefined before it has begun, and where there is none to see. */
  #journalPlace: Pick<LiveEvent, 'sequence' | 'resume'> | undefined;
  #isLive = false;
  /** How much of the channel its person sees. */
  #breadth = 1;
  #lastPlayed: number | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.id = options.id;
    this.userId = options.userId;
    this.channel = options.channel;
  }

  end(): void {
    this.#ending.abort();
    this.#options.watch.leave(this);
  }

  /** Where to go on after all that was shown; undefined before it has begun. */
  get resume(): string | undefined {
    const { reading } = this.#options.watch;
    // What belonged to other channels, or was for others to see, is behind as well.
    const edge = this.#isLive && reading ? this.#options.watch.edge(reading) : 0;
    return this.#resumeAt(Math.max(this.#position, edge));
  }

  /**
   * Begins at a place, or now. Resolves when it has reached the present, or was ended.
   *
   * @returns why it cannot begin there
   */
  async run(from: NamedPlace | undefined): Promise<Refusal | undefined> {
    try {
      const refusal = await this.#begin(from);
      if (!refusal) await this.#replay();
      return refusal;
    } catch (error) {
      if (this.#ending.signal.aborted) return undefined;
      throw error;
    }
  }

  judge(sight: Sight): boolean {
    const breadth = sight.breadthOf(this.channel);
    // Who saw more has lost a right, too; what is left to see they may ask for.
    const goesOn = breadth >= this.#breadth;
    if (goesOn) this.#breadth = breadth;
    else this.#options.onRightLost();
    return goesOn;
  }

  offer(entry: ToldEntry, sight: Sight): void {
    if (this.#isLive) this.#look(entry, sight);
  }

  sendAway(): void {
    this.#options.onTooSlow();
  }

  /** Shows an event of another service that concerns this person. */
  tell(event: LiveEvent): void {
    const place = this.#journalPlace;
    if (!place || (streamOf(place) === streamOf(event) && event.sequence <= place.sequence)) return;
    const { reading } = this.#options.watch;
    if (!reading) {
      this.sendAway();
      return;
    }
    if (!this.judge(new Sight(this.userId, reading))) return;
    this.#journalPlace = event;
    const { id } = this;
    this.#write(
      textFrame(JSON.stringify({ type: 'event', id, revision: null, resume: this.resume, event: event.event })),
    );
  }

  async #begin(from: NamedPlace | undefined): Promise<Refusal | undefined> {
    const { watch, journal, line } = this.#options;
    let { reading } = watch;
    if (!reading) return refuse('unavailable');
    if (from?.epoch !== undefined && from.epoch !== reading.epoch) return refuse('revision_unknown');
    watch.join(this);
    // Another replica of the gateway may have shown what this one does not know yet.
    for (let waited = 0; from && from.position > reading.revision; waited += lookAgainMilliseconds) {
      if (waited >= patienceMilliseconds) return refuse('revision_unknown');
      await this.#sleep(lookAgainMilliseconds);
      reading = watch.reading ?? reading;
    }
    this.judge(new Sight(this.userId, reading));
    this.#ending.signal.throwIfAborted();
    const events = journal?.events;
    if (journal && !events) return refuse('unavailable');
    const missed = from?.journal === undefined ? [] : events?.after(from.journal);
    if (!missed) {
      const detail = 'What happened since is not kept here any more; GET /v1/activity has it.';
      return refuse('invalid_cursor', { detail });
    }
    this.#epoch = reading.epoch;
    this.#position = from?.position ?? watch.edge(reading);
    if (events) this.#journalPlace = { sequence: 0, resume: from?.journal ?? events.resume };
    const { id, resume } = this;
    line.write(textFrame(JSON.stringify({ type: 'subscribed', id, revision: this.#position, resume })));
    for (const event of missed) if (concerns(this.userId, event)) this.tell(event);
    return undefined;
  }

  async #replay(): Promise<void> {
    const { watch } = this.#options;
    for (;;) {
      const reading = await this.#present();
      if (reading.epoch !== this.#epoch) return this.sendAway();
      if (this.#position >= watch.edge(reading)) {
        // From here on nothing is missed: there was no pause since the edge was asked for.
        this.#isLive = true;
        return;
      }
      const entries = watch.recent(this.#position) ?? (await this.#page());
      if (!entries) return this.sendAway();
      if (!(await this.#play(entries))) return;
    }
  }

  /** @returns false when its right has ended */
  async #play(entries: readonly ToldEntry[]): Promise<boolean> {
    let sight = new Sight(this.userId, await this.#present());
    for (const told of entries) {
      if (!belongsTo(this.channel, told.entry) || !sight.maySee(told.entry.concern)) {
        this.#position = told.position;
        continue;
      }
      const pause = this.#pauseBefore(told);
      if (pause > 0 || this.#options.line.lag > playedAhead) {
        if (pause > 0) await this.#sleep(pause);
        await this.#options.line.ready(this.#ending.signal);
        sight = new Sight(this.userId, await this.#present());
      }
      if (!this.judge(sight)) return false;
      this.#look(told, sight);
    }
    return true;
  }

  #pauseBefore({ entry }: ToldEntry): number {
    const { speed } = this.#options;
    const at = Date.parse(entry.event.time);
    const before = this.#lastPlayed ?? at;
    this.#lastPlayed = at;
    return speed === 0 ? 0 : Math.min((at - before) / speed, longestPauseMilliseconds);
  }

  #look(entry: ToldEntry, sight: Sight): void {
    if (entry.position <= this.#position) return;
    this.#position = entry.position;
    if (!sight.maySee(entry.entry.concern)) return;
    const resume = this.#journalPlace && this.#resumeAt(entry.position);
    this.#write(resume === undefined ? entry.frame(this.id) : entry.frameWith(this.id, resume));
  }

  #write(frame: Buffer): void {
    const { line, onTooSlow } = this.#options;
    if (line.lag > maximumLag) onTooSlow();
    else line.write(frame);
  }

  /** The next entries from the database; undefined if they cannot be had, or are of another epoch. */
  async #page(): Promise<readonly ToldEntry[] | undefined> {
    for (let attempt = 0; attempt < historyAttempts; attempt++) {
      const page = await this.#options.history(this.#position).catch(() => undefined);
      this.#ending.signal.throwIfAborted();
      if (page && page.epoch !== this.#epoch) return undefined;
      if (page?.entries[0]?.position === this.#position + 1) return page.entries;
      await this.#sleep(lookAgainMilliseconds * 2 ** attempt);
    }
    return undefined;
  }

  /** Waits while the present is not known. */
  async #present(): Promise<AccessReading> {
    for (;;) {
      const { reading } = this.#options.watch;
      if (reading) return reading;
      await this.#sleep(lookAgainMilliseconds);
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    await this.#options.sleep(milliseconds, this.#ending.signal);
    this.#ending.signal.throwIfAborted();
  }

  #resumeAt(position: number): string | undefined {
    const epoch = this.#epoch;
    return epoch === undefined ? undefined : resumeOf({ epoch, position, journal: this.#journalPlace?.resume });
  }
}

/** People see what they did and what was done about them. */
const concerns = (userId: string, { event }: LiveEvent): boolean => event.subject === userId || event.actor === userId;

const streamOf = ({ resume }: Pick<LiveEvent, 'resume'>): string | undefined => resume.split('-')[0];
