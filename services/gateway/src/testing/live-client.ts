import { once } from 'node:events';
import { waitFor } from '@rollcall/testing/wait-for';
import { type ClientOptions, WebSocket } from 'ws';

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

export interface LiveClientOptions extends ClientOptions {
  readonly token?: string;
  readonly path?: string;
  /** Instead of the usual ones. */
  readonly protocols?: readonly string[];
}

/** Somebody who watches, as a browser would. */
export class LiveClient {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  /** Set when the connection ends. */
  closed: { readonly code: number } | undefined;
  /** The status of a handshake that was refused. */
  refused: number | undefined;

  constructor(gateway: string, { token, path = '/v1/live', protocols, ...options }: LiveClientOptions) {
    const offered = protocols ?? ['rollcall.v1', ...(token === undefined ? [] : [`bearer.${token}`])];
    this.socket = new WebSocket(gateway.replace('http', 'ws') + path, [...offered], options);
    this.socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    this.socket.on('close', (code) => {
      this.closed = { code };
    });
    this.socket.on('unexpected-response', (request, response) => {
      this.refused = response.statusCode;
      request.destroy();
    });
    this.socket.on('error', () => undefined);
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open');
    return this;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message of a type, from a place in what was said. */
  heard(type: string, from = 0): Promise<Message> {
    return waitFor(`a message ${type}`, async () => this.messages.slice(from).find((message) => message.type === type));
  }

  /** The first message from here on. */
  next(): Promise<Message> {
    const from = this.messages.length;
    return waitFor('a message', async () => this.messages[from]);
  }

  async subscribed(subscription: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    await this.opened();
    const from = this.messages.length;
    this.say({ type: 'subscribe', id: 's1', channel: 'activity', ...subscription });
    return this.heard('subscribed', from);
  }

  /** The ids of the events shown so far. */
  get eventIds(): string[] {
    return this.messages.flatMap(({ type, event }) =>
      type === 'event' && typeof event === 'object' && event !== null && 'id' in event ? [String(event.id)] : [],
    );
  }

  closeCode(): Promise<number> {
    return waitFor('the end of the connection', async () => this.closed?.code, 15_000);
  }
}
