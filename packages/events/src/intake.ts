import { type Envelope, envelope, serviceOf } from '@rollcall/types/envelope';
import { eventCatalogue } from '@rollcall/types/event-catalogue';
import { wireData } from '@rollcall/types/event-definition';
import { BrokenSealError, type PersonalData } from './personal-data.ts';
import type { Reaction, ReceivedEvent } from './reaction.ts';

/** An envelope that could be read, with what is to be done about it, or why nothing can be. */
export interface Incoming {
  readonly envelope: Envelope;
  /** Undefined for a type this consumer has no use for. */
  readonly reaction: Reaction | undefined;
  readonly event: ReceivedEvent<Reaction['definition']> | undefined;
  /** Why the event can never be applied as it is. */
  readonly defect: string | undefined;
}

/** Reads the bytes of a message; undefined when they are no envelope at all. */
export const readEnvelope = (bytes: Uint8Array): Envelope | undefined => {
  try {
    const result = envelope.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Checks an envelope against the catalogue and opens its personal values if its reaction wants them.
 *
 * @throws when a key cannot be fetched just now.
 */
export const takeIn = async (
  event: Envelope,
  reactions: ReadonlyMap<string, Reaction>,
  personal: PersonalData,
): Promise<Incoming> => {
  const incoming = { envelope: event, reaction: undefined, event: undefined, defect: undefined };
  const definition = eventCatalogue.get(event.type);
  if (!definition) return { ...incoming, defect: 'unknown type' };
  if (serviceOf(event) !== definition.service) return { ...incoming, defect: 'type of another service' };
  const data = wireData(definition).safeParse(event.data);
  if (!data.success) return { ...incoming, defect: 'data does not fit the catalogue' };

  const reaction = reactions.get(event.type);
  if (!reaction) return incoming;
  const sealed = reaction.opensPersonal ? event.data.personal : undefined;
  const opened = typeof sealed === 'string' ? await open(personal, sealed) : null;
  if (opened === 'broken') return { ...incoming, defect: 'personal values cannot be opened' };
  const values = opened === null ? null : definition.personal?.safeParse(opened);
  if (values && !values.success) return { ...incoming, defect: 'personal values do not fit the catalogue' };
  return {
    ...incoming,
    reaction,
    event: {
      envelope: event,
      data: data.data,
      personal: values?.data ?? null,
      cause: {
        actor: event.actor,
        correlationId: event.correlationid,
        causationId: event.id,
        ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
      },
    },
  };
};

const open = async (personal: PersonalData, sealed: string): Promise<Record<string, unknown> | 'broken' | null> => {
  try {
    return await personal.open(sealed);
  } catch (error) {
    if (error instanceof BrokenSealError) return 'broken';
    throw error;
  }
};
