/** What an older version wrote as the data of an event, as the next one writes it. */
type Upcast = (data: unknown) => unknown;

/** By event type: the first brings version 1 up to version 2, and so on. */
export type Upcasters = Readonly<Record<string, readonly Upcast[]>>;

/**
 * Who changes the data of an event adds a step here, and never changes one that is here: the log keeps every form that
 * a released version wrote. The forms released so far stand in `fixtures/`, and a spec replays them.
 */
export const upcasters: Upcasters = {};

/** In which form the data of an event is written now. */
export const versionOf = (type: string, table: Upcasters = upcasters): number => (table[type]?.length ?? 0) + 1;

/** The data of an event as it would be written now. One that a newer version wrote is left as it is. */
export const upToDate = (type: string, version: number, data: unknown, table: Upcasters = upcasters): unknown =>
  (table[type] ?? []).slice(version - 1).reduce((before, upcast) => upcast(before), data);
