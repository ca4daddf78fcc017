import { serverMessage } from '@rollcall/types/live-protocol';
import type { Line } from '../line.ts';

export interface Said {
  readonly type: string;
  readonly id?: string;
  readonly revision?: number | null;
  readonly resume?: string;
  readonly event?: { readonly id: string; readonly position: number };
  readonly problem?: { readonly code: string };
  readonly users?: readonly string[];
  readonly count?: number;
}

/** What one client hears, without a network: everything at once, unless it is stalled. */
export class FakeLine implements Line {
  readonly said: Said[] = [];
  closed: number | undefined;
  /** Bytes that wait. */
  lag = 0;
  isStalled = false;
  #onReady: (() => void)[] = [];

  get isOpen(): boolean {
    return this.closed === undefined;
  }

  write(frame: Buffer): void {
    if (!this.isOpen) return;
    if (this.isStalled) this.lag += frame.length;
    const said = JSON.parse(payloadOf(frame));
    // Nothing is said that is not declared.
    serverMessage.parse(said);
    this.said.push(said);
  }

  end(code: number): void {
    this.closed ??= code;
  }

  async ready(signal: AbortSignal): Promise<void> {
    if (this.isStalled) await new Promise<void>((ready) => this.#onReady.push(ready));
    signal.throwIfAborted();
  }

  /** The client has taken all that waited. */
  takes(): void {
    this.isStalled = false;
    this.lag = 0;
    for (const ready of this.#onReady.splice(0)) ready();
  }

  heard(type: string): readonly Said[] {
    return this.said.filter((message) => message.type === type);
  }

  /** Of the events shown to a subscription. */
  positions(id?: string): readonly number[] {
    return this.heard('event').flatMap((said) =>
      said.event && (id ?? said.id) === said.id ? [said.event.position] : [],
    );
  }
}

/** The text in an unmasked frame, by its own account of its length. */
export const payloadOf = (frame: Buffer): string => {
  const short = (frame[1] ?? 0) & 0x7f;
  if (short < 126) return frame.toString('utf8', 2, 2 + short);
  if (short === 126) return frame.toString('utf8', 4, 4 + frame.readUInt16BE(2));
  return frame.toString('utf8', 10, 10 + Number(frame.readBigUInt64BE(2)));
};
