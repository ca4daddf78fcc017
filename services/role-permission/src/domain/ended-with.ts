import type { AccessFact, RecordedAccessEvent } from './events.ts';
import { type EndedWith, endsSomething } from './guard.ts';

/**
 * What ended with which things: what took something away in the command that deleted them, or took something back in it.
 * What a command did beside that is to be judged by itself when it is taken back.
 */
export const thingsEndedWith = (entries: readonly RecordedAccessEvent[]): EndedWith => {
  const things = new Map<string, Map<string, number>>();
  for (const { commandId, event, position } of entries) {
    const thing = deletedThing(event);
    if (thing !== undefined) things.set(commandId, (things.get(commandId) ?? new Map()).set(thing, position));
  }
  const endedWith = new Map<number, ReadonlyMap<string, number>>();
  for (const { commandId, event, position } of entries) {
    const ended = things.get(commandId);
    if (ended && (endsSomething(event) || event.data.undoes !== undefined)) endedWith.set(position, ended);
  }
  return endedWith;
};

/** The thing that a fact deletes, if it does. */
export const deletedThing = ({ type, subject }: AccessFact): string | undefined =>
  type.endsWith('.deleted') ? `${type.slice(0, -'.deleted'.length)}:${subject}` : undefined;
