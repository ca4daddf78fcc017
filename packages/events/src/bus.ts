import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@rollcall/service-kit/logging';
import { streamName, streamSubjects } from '@rollcall/types/envelope';
import {
  connect,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from 'nats';

export interface BusOptions {
  readonly url: string;
  readonly token: string | undefined;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** Runs work that no other process may do at the same time; needed where there are other processes. */
  readonly alone?: <T>(work: () => Promise<T>) => Promise<T>;
  readonly log: Logger;
}

const day = 24 * 60 * 60 * 1000;

/** How long an outbox and the stream keep events. */
export const retentionMilliseconds = 30 * day;

const configuration = {
  name: streamName,
  subjects: [streamSubjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_age: nanos(retentionMilliseconds),
  duplicate_window: nanos(2 * 60_000),
  allow_direct: true,
};

/** By server: the services of one process want the stream all at the same moment. */
const beingMade = new Map<string, Promise<StreamInfo>>();

const findStream = async (manager: JetStreamManager): Promise<StreamInfo | undefined> => {
  try {
    return await manager.streams.info(streamName);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** A connection to NATS that begins when it can, survives outages, and never keeps a service from starting. */
export class Bus {
  readonly #options: BusOptions;
  readonly #stopping = new AbortController();
  readonly #connecting: Promise<void>;
  #connection: NatsConnection | undefined;
  #up = false;
  #broken = new AbortController();

  constructor(options: BusOptions) {
    this.#options = options;
    this.#connecting = this.#connect();
  }

  /** True while NATS answers. */
  get connected(): boolean {
    return this.#connection !== undefined && !this.#connection.isClosed() && this.#up;
  }

  /** Of the connection as it is now: aborted when it breaks, before there is another one. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Another one for each run of a server. */
  get serverRun(): string | undefined {
    return this.connection.info?.server_id;
  }

  /** @throws while there is no connection. */
  get connection(): NatsConnection {
    if (!this.#connection) throw new BusUnavailableError();
    return this.#connection;
  }

  jetstream(): JetStreamClient {
    return this.connection.jetstream({ timeout: 2_000 });
  }

  async manager(): Promise<JetStreamManager> {
    return this.connection.jetstreamManager({ timeout: 2_000, checkAPI: false });
  }

  /** The stream of all events, made anew when it is gone. */
  async stream(): Promise<StreamInfo> {
    const manager = await this.manager();
    return (await findStream(manager)) ?? this.#makeStream(manager);
  }

  /** A server that does not answer does not hold this up. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const closed = this.#connecting.then(() => this.#connection?.close());
    await Promise.race([closed, delay(500, undefined, { ref: false })]);
  }

  /**
   * One at a time, whoever misses it: of two that make it at once nats-server 2.9 may keep both, and both take messages.
   * Nor while the old one is still being deleted, for then it leaves one behind that takes nothing.
   */
  #makeStream(manager: JetStreamManager): Promise<StreamInfo> {
    const { url, alone = (work) => work() } = this.#options;
    const making =
      beingMade.get(url) ??
      alone(async () => {
        await delay(500, undefined, { signal: this.#stopping.signal });
        return (await findStream(manager)) ?? (await manager.streams.add(configuration));
      }).finally(() => beingMade.delete(url));
    beingMade.set(url, making);
    return making;
  }

  async #connect(): Promise<void> {
    const { url, token, name, log } = this.#options;
    let told = false;
    while (!this.#stopping.signal.aborted) {
      try {
        this.#connection = await connect({
          servers: url,
          name,
          ...(token === undefined ? {} : { token }),
          timeout: 2_000,
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 100,
          pingInterval: 5_000,
          maxPingOut: 2,
        });
        this.#up = true;
        void this.#follow(this.#connection);
        return;
      } catch (error) {
        if (!told) log.warn({ err: error }, 'NATS is not reachable yet');
        told = true;
        await delay(250, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.#up = false;
        this.#broken.abort();
      }
      if (status.type === 'reconnect') {
        this.#broken = new AbortController();
        this.#up = true;
      }
      if (status.type === 'disconnect' || status.type === 'reconnect') this.#options.log.warn(`NATS: ${status.type}`);
    }
  }
}

/** NATS has not been reached yet. */
export class BusUnavailableError extends Error {
  readonly code = 'ECONNREFUSED';

  constructor() {
    super('NATS is not connected');
    this.name = 'BusUnavailableError';
  }
}

/** The stream, consumer or message that was asked for does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof NatsError && (error.api_error?.code === 404 || error.code === '404');
