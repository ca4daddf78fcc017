import { type Envelope, envelope, serviceOf } from '@rollcall/types/envelope';
import { eventCatalogue } from '@rollcall/types/event-catalogue';
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

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the bytes of a message; undefined when they are no envelope at all. */
export const readEnvelope = (bytes: Uint8Array): Envelope | undefined => {
  try {
    const result = envelope.safeParse(JSON.parse(utf8.decode(bytes)));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
};

/** Defects that a newer version of the product may not find any more. */
export const unknownToVersion = [
  'unknown type',
  'data does not fit the catalogue',
  'personal values do not fit the catalogue',
] as const;

type Read = { readonly data: Readonly<Record<string, unknown>> } | { readonly defect: string };

const readData = (event: Envelope): Read => {
  const definition = eventCatalogue.get(event.type);
  if (!definition) return { defect: unknownToVersion[0] };
  if (serviceOf(event) !== definition.service) return { defect: 'type of another service' };
  const data = definition.wire.safeParse(event.data);
  return data.success ? { data: data.data } : { defect: unknownToVersion[1] };
};

/** Does this version know an event? */
export const isKnown = (event: Envelope): boolean => 'data' in readData(event);

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
  const read = readData(event);
  if ('defect' in read) return { ...incoming, ...read };
  const reaction = reactions.get(event.type);
  if (!reaction) return incoming;
  const sealed = reaction.opensPersonal ? event.data.personal : undefined;
  const opened = typeof sealed === 'string' ? await open(personal, sealed) : null;
  if (opened === 'broken') return { ...incoming, defect: 'personal values cannot be opened' };
  const values = opened === null ? null : reaction.definition.personal?.safeParse(opened);
  if (values && !values.success) return { ...incoming, defect: unknownToVersion[2] };
  return {
    ...incoming,
    reaction,
    event: {
      envelope: event,
      data: read.data,
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
