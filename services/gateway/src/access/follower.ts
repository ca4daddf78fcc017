import { setTimeout as delay } from 'node:timers/promises';
import type { Timing } from '@rollcall/event-store/timing';
import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { Worker } from '@rollcall/service-kit/worker';
import { revisionParts } from '@rollcall/types/access-questions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/replication';
import type { AccessEntry, AccessFeed, AccessHistory, AccessReading } from '../live/access-feed.ts';
import { replicaAge, replicaLoads, replicaRevision } from './metrics.ts';
import { AccessNews } from './news.ts';
import { AccessReplica, type Standing } from './replica.ts';

/** However much news there is, the owner is asked no more often. */
const spacingMilliseconds = 5;
/** Shorter than what is here stays fresh: who waits for it is told in time. */
const askedMilliseconds = 900;
/** A large graph is tens of megabytes. */
const loadedMilliseconds = 10_000;
const historyMilliseconds = 5_000;
/** How long a question waits for a revision that is not here yet; as long as at the owner. */
const patienceMilliseconds = 2_000;
/** Of replicas of the owner that lag behind so many in a row are asked at once for another. */
const laggardsInARow = 3;

const unavailable: Refusal = refuse('unavailable', { retryAfterSeconds: 1 });

export interface AccessFollowerOptions {
  readonly client: ServiceClient;
  readonly bus: Bus;
  readonly timing: Timing;
  readonly log: Logger;
  /** So often the owner is asked, NATS or no NATS; every 250 unless told. */
  readonly idleMilliseconds?: number;
}

/** Keeps a replica of the graph of rights by asking its owner over the trusted hop, at once when there may be news. */
export class AccessFollower implements AccessFeed {
  readonly #client: ServiceClient;
  readonly #timing: Timing;
  readonly #log: Logger;
  readonly #replica: AccessReplica;
  readonly #news: AccessNews;
  readonly #worker: Worker;
  #asking: Promise<boolean> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #laggards = 0;
  #failures = 0;
  /** The newest write that was answered through this gateway: nothing older is answered from then on. */
  #heard: Standing = { epoch: 0, revision: 0 };

  constructor({ client, bus, timing, log, idleMilliseconds = 250 }: AccessFollowerOptions) {
    this.#client = client;
    this.#timing = timing;
    this.#log = log;
    this.#replica = new AccessReplica({ timing, report: (error, doing) => log.error({ err: error }, doing) });
    this.#news = new AccessNews(bus, log, () => this.#worker.wake());
    this.#worker = new Worker({ name: 'access-replica', idleMilliseconds, log, round: () => this.#round() });
  }

  start(): void {
    this.#worker.start();
  }

  async stop(): Promise<void> {
    this.#news.stop();
    await this.#worker.stop();
  }

  get reading(): AccessReading | undefined {
    return this.#replica.reading;
  }

  /** What is known last, however long ago. */
  get latest(): AccessReading | undefined {
    return this.#replica.latest;
  }

  onEntries(listener: (entries: readonly AccessEntry[]) => void): () => void {
    return this.#replica.onEntries(listener);
  }

  onReload(listener: () => void): () => void {
    return this.#replica.onReload(listener);
  }

  async history(after: number, limit: number): Promise<AccessHistory> {
    const query = { after: String(after), limit: String(limit) };
    return bodyOf(await this.#client.call(routes.readAccessHistory, { query, timeout: historyMilliseconds }));
  }

  /**
   * A write was answered through here: whoever made it, and whoever it is about, finds it in every answer from now on.
   *
   * @param revision as the header `Rollcall-Revision` tells it
   */
  heard(revision: string): void {
    const [epoch = 0, position] = revisionParts(revision);
    if (isBefore(this.#heard, { epoch, revision: position })) this.#heard = { epoch, revision: position };
    if (this.#isMissing(this.#heard)) this.#worker.wake();
  }

  /** The newest revision that anybody may have heard of here, as `<epoch>-<revision>`: none before the first answer of the owner. */
  get newest(): string | undefined {
    const { place } = this.#replica;
    const { epoch, revision } = place === undefined || isBefore(place, this.#heard) ? this.#heard : place;
    return epoch === 0 ? undefined : `${epoch}-${revision}`;
  }

  /**
   * The present, with at least a revision if one is named: waits a little for what is on its way.
   *
   * @param minRevision a revision, or `<epoch>-<revision>`
   */
  async present(minRevision?: number | string): Promise<AccessReading | Refusal> {
    // Whoever asks first waits for the owner; once it did not answer, nobody else does.
    if (!this.#replica.reading && this.#failures === 0) {
      await Promise.race([this.#ask().catch(() => undefined), delay(askedMilliseconds, undefined, { ref: false })]);
    }
    if (this.#isMissing(this.#heard)) {
      const { revision, epoch } = this.#heard;
      if ((await this.#replica.reached(revision, epoch, patienceMilliseconds)) === 'timeout') return unavailable;
    }
    if (minRevision !== undefined) {
      const [epoch, position] = revisionParts(minRevision);
      const reached = this.#replica.reached(position, epoch, patienceMilliseconds);
      this.#worker.wake();
      const outcome = await reached;
      if (outcome === 'unknown_epoch') return refuse('revision_unknown');
      if (outcome === 'timeout') return unavailable;
    }
    return this.#replica.reading ?? unavailable;
  }

  #isMissing(standing: Standing): boolean {
    const { place } = this.#replica;
    return place !== undefined && isBefore(place, standing);
  }

  async #round(): Promise<boolean> {
    this.#news.follow();
    // What is being asked may have been answered before the news that this round is for.
    await this.#asking?.catch(() => undefined);
    const wait = this.#askedAt + spacingMilliseconds - this.#timing.elapsed();
    if (wait > 0) await delay(wait);
    try {
      const more = await this.#ask();
      this.#failures = 0;
      return more;
    } catch (error) {
      // An outage is told once. Asking goes on as before: what is back is to be noticed at once.
      if (this.#failures++ === 0) this.#log.warn({ err: error }, 'the access log cannot be followed');
      return false;
    } finally {
      replicaAge.set(Math.min(this.#replica.age, Number.MAX_SAFE_INTEGER) / 1_000);
    }
  }

  /** One question at a time, whoever wants to know. True when there is more to ask for at once. */
  #ask(): Promise<boolean> {
    this.#asking ??= this.#follow().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #follow(): Promise<boolean> {
    const sentAt = this.#timing.elapsed();
    this.#askedAt = sentAt;
    const { place } = this.#replica;
    if (!place) return this.#load();
    const query = { epoch: String(place.epoch), after: String(place.revision), place: place.place };
    const answer = await this.#client.call(routes.readAccessChanges, { query, timeout: askedMilliseconds });
    const taken = this.#replica.takeChanges(bodyOf(answer), sentAt);
    if (taken === 'reload') return this.#load();
    replicaRevision.set(this.#replica.place?.revision ?? 0);
    return taken === 'old' ? this.#isWorthAnother() : taken === 'more';
  }

  async #load(): Promise<boolean> {
    const sentAt = this.#timing.elapsed();
    const answer = await this.#client.call(routes.readAccessGraph, { timeout: loadedMilliseconds });
    if (!this.#replica.takeGraph(bodyOf(answer), sentAt)) return this.#isWorthAnother();
    replicaLoads.inc();
    replicaRevision.set(this.#replica.place?.revision ?? 0);
    this.#laggards = 0;
    // It is old news by the time it is here: what came meanwhile is asked for at once.
    return true;
  }

  /** Replicas of the owner are asked in turn. */
  #isWorthAnother(): boolean {
    this.#laggards = (this.#laggards + 1) % laggardsInARow;
    return this.#laggards > 0;
  }
}

const isBefore = (one: Standing, other: Standing): boolean =>
  one.epoch < other.epoch || (one.epoch === other.epoch && one.revision < other.revision);

/** @throws {ServiceUnavailableError} when the owner does not say */
const bodyOf = <Answer extends { readonly body: unknown }>(answer: Answer | Refusal): Answer['body'] => {
  if (isRefusal(answer)) throw new ServiceUnavailableError('role-permission', answer.refused);
  return answer.body;
};
