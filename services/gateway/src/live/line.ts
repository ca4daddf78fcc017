import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { JoinedFrames } from './joined-frames.ts';

/** Bytes a client may lag behind before it is cut off. */
export const maximumLag = 1_048_576;

/** What is said to one client. */
export interface Line {
  readonly isOpen: boolean;
  /** Bytes that wait for the client to take them. */
  readonly lag: number;
  /** Takes a whole frame; those of one turn of the event loop go out together, in order. */
  write(frame: Buffer): void;
  /** What still waits in this turn is not said any more. */
  end(code: number, reason: string): void;
  /** Resolves once there is room for more. @throws when the signal is aborted */
  ready(signal: AbortSignal): Promise<void>;
}

/**
 * Writes ready-made frames straight to the connection below a WebSocket. Without compression, which is off, a WebSocket
 * writes its own frames at once and whole, so that none is torn apart.
 */
export class SocketLine implements Line {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #joined: JoinedFrames;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #draining: Promise<void> | undefined;

  constructor(socket: WebSocket, stream: Duplex, joined: JoinedFrames) {
    this.#socket = socket;
    this.#stream = stream;
    this.#joined = joined;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get lag(): number {
    return this.#bytes + this.#stream.writableLength;
  }

  write(frame: Buffer): void {
    if (!this.isOpen) return;
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(frame);
    this.#bytes += frame.length;
  }

  end(code: number, reason: string): void {
    this.#take();
    this.#socket.close(code, reason);
  }

  async ready(signal: AbortSignal): Promise<void> {
    this.#flush();
    if (this.#stream.writableNeedDrain) await this.#drained();
    signal.throwIfAborted();
  }

  /** One wait for all who do. */
  #drained(): Promise<void> {
    this.#draining ??= new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done);
        this.#draining = undefined;
        resolve();
      };
      this.#stream.on('drain', done).on('close', done);
    });
    return this.#draining;
  }

  #flush(): void {
    const frames = this.#take();
    const [first] = frames;
    if (first === undefined || !this.isOpen) return;
    this.#stream.write(frames.length === 1 ? first : this.#joined.of(frames));
  }

  #take(): Buffer[] {
    const frames = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return frames;
  }
}
