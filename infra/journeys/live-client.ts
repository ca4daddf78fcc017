import { waitFor } from '@rollcall/testing/wait-for';
import { WebSocket } from 'ws';

export interface LiveMessage {
  readonly type: string;
  readonly id?: string;
  readonly revision?: number | null;
  readonly resume?: string;
  readonly users?: readonly string[];
  readonly event?: {
    readonly id: string;
    readonly position?: number;
    readonly type: string;
    readonly subject: string;
    readonly data: Record<string, unknown>;
  };
  readonly problem?: { readonly code: string; readonly instance: string };
}

/** One connection to `/v1/live`, and all it has heard. */
export class LiveClient {
  readonly heard: LiveMessage[] = [];
  readonly #socket: WebSocket;
  #closed: number | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.heard.push(JSON.parse(data.toString())));
    socket.on('close', (code) => {
      this.#closed = code;
    });
    socket.on('error', () => undefined);
  }

  /** @throws with the status of the answer when the connection is refused. */
  static open(
    gateway: string,
    { protocols = [], headers = {} }: { protocols?: string[]; headers?: Record<string, string> },
  ): Promise<LiveClient> {
    const socket = new WebSocket(`${gateway.replace('http', 'ws')}/v1/live`, protocols, { headers });
    return new Promise((resolve, reject) => {
      const client = new LiveClient(socket);
      socket.once('open', () => resolve(client));
      socket.once('unexpected-response', (_, response) => reject(new Error(`refused with ${response.statusCode}`)));
      socket.once('error', reject);
    });
  }

  static withToken(gateway: string, token: string): Promise<LiveClient> {
    return LiveClient.open(gateway, { protocols: ['rollcall.v1', `bearer.${token}`] });
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Subscribes and waits until the server says so. */
  async subscribe(id: string, channel: string, from?: string | number, speed?: number): Promise<LiveMessage> {
    this.say({ type: 'subscribe', id, channel, from, speed });
    return this.waitFor(`an answer to ${id}`, (message) => message.id === id && message.type !== 'event');
  }

  waitFor(what: string, matches: (message: LiveMessage) => boolean): Promise<LiveMessage> {
    return waitFor(what, async () => this.heard.find(matches));
  }

  /** The positions of the events of the access log that were shown. */
  get positions(): readonly number[] {
    return this.heard.flatMap(({ event }) => (event?.position === undefined ? [] : [event.position]));
  }

  /** The code with which the server closed the connection, once it has. */
  closeCode(milliseconds = 10_000): Promise<number> {
    return waitFor('the connection to end', async () => this.#closed, milliseconds);
  }

  close(): void {
    this.#socket.terminate();
  }
}
