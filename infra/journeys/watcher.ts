import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** An address for each number, as a trusted proxy tells it. */
export const addressOf = (n: number): string => `10.0.${Math.floor(n / 250) % 250}.${n % 250}`;

export interface Watched {
  readonly gateway: string;
  readonly token: string;
  readonly channel: string;
}

let watchers = 0;

/** Watches a channel as a well-written client does: whenever it loses the connection it comes back where it was. */
export class Watcher {
  /** The positions of the events that it was shown, as they came. */
  readonly shown: number[] = [];
  /** Where it would go on; undefined until it watches. */
  resume: string | undefined;
  connections = 0;
  /** The code of an end that no coming back helps against. */
  closed: number | undefined;
  readonly #watched: Watched;
  readonly #address = addressOf(watchers++);
  #socket: WebSocket | undefined;
  #stopped = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#connect();
  }

  /** Reads nothing from now on. */
  stall(): void {
    this.#socket?.pause();
  }

  read(): void {
    this.#socket?.resume();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    const { gateway, token, channel } = this.#watched;
    const socket = new WebSocket(`${gateway.replace('http', 'ws')}/v1/live`, ['rollcall.v1', `bearer.${token}`], {
      headers: { 'x-forwarded-for': this.#address },
    });
    this.#socket = socket;
    socket.on('open', () => {
      this.connections++;
      socket.send(JSON.stringify({ type: 'subscribe', id: 's1', channel, from: this.resume }));
    });
    socket.on('message', (data) => this.#hear(JSON.parse(data.toString())));
    // It is closed then, too.
    socket.on('error', () => undefined);
    socket.on('close', (code) => void this.#comeBack(code));
  }

  #hear({ type, resume, event }: { type: string; resume?: string; event?: { position?: number } }): void {
    if (resume !== undefined) this.resume = resume;
    if (type === 'event' && event?.position !== undefined) this.shown.push(event.position);
  }

  async #comeBack(code: number): Promise<void> {
    if (this.#stopped) return;
    if (code === 4401 || code === 4403) {
      this.closed = code;
      return;
    }
    await delay(Math.random() * 1_000);
    if (!this.#stopped) this.#connect();
  }
}
