import { mostChanges } from '@rollcall/types/access-commands';
import { type Refusal, refuse } from '@rollcall/types/problems';

/** So many entries are looked through at most for what stands in the way of one undo. */
export const mostHistory = 20_000;

/** So many rounds of what builds on what are looked for at most: things are nested five or six deep. */
export const mostRounds = 32;

/** Why so many events may not follow from one command of a client, if they are too many. */
export const tooMuch = (events: number): Refusal | undefined =>
  events > mostChanges
    ? refuse('too_much_at_once', {
        detail: `One request changes ${mostChanges} things at most, and this one would change more. Do it in parts.`,
      })
    : undefined;
