import { sealedPersonal } from '@rollcall/types/event-definition';
import type { AccessEvent, RecordedAccessEvent } from './domain/events.ts';
import type { Names } from './names.ts';

/** An event as the API tells it to who may see it. */
export interface ShownEvent {
  readonly position: number;
  readonly id: string;
  readonly commandId: string;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly actor: string;
  readonly data: Record<string, unknown>;
}

/** Names can be read in it; those whose key is destroyed are null. */
export const shownEvent = async (names: Names, entry: RecordedAccessEvent): Promise<ShownEvent> => ({
  position: entry.position,
  id: entry.id,
  commandId: entry.commandId,
  index: entry.index,
  type: entry.event.type,
  subject: entry.event.subject,
  time: new Date(entry.at).toISOString(),
  actor: entry.event.cause.actor,
  data: await readable(names, entry.event),
});

/** What an event says, with its names opened. */
export const readable = async (names: Names, { data }: Pick<AccessEvent, 'data'>): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(data).map(async ([key, value]) => [key, await opened(names, value)])),
  );

const opened = async (names: Names, value: unknown): Promise<unknown> => {
  if (typeof value === 'string') return sealedPersonal.safeParse(value).success ? names.open(value) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    await Promise.all(Object.entries(value).map(async ([key, inner]) => [key, await opened(names, inner)])),
  );
};
