import type { Envelope } from '@rollcall/types/envelope';

/** An event as live viewers see it: what is personal stays sealed, and therefore out. */
export interface LiveEvent {
  readonly sequence: number;
  /** Where to go on after this event. */
  readonly resume: string;
  readonly event: Pick<Envelope, 'id' | 'type' | 'time' | 'actor' | 'subject' | 'data'>;
}
