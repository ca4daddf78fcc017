import type { Reading } from '@rollcall/event-store/command-loop';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AccessCommand } from './domain/commands.ts';
import type { AccessState } from './domain/state.ts';
import type { AccessStream } from './store/access-stream.ts';

const unavailable: Refusal = refuse('unavailable', { retryAfterSeconds: 1 });

/** The present state, or a refusal when it is not known: nothing is allowed from an old one. */
export const present = (access: AccessStream): Reading<AccessState> | Refusal => access.reading ?? unavailable;

/** Has a command decided; the revision of what it caused, or why not. */
export const submit = async (
  access: AccessStream,
  command: AccessCommand,
): Promise<{ readonly revision: number } | Refusal> => {
  const outcome = await access.submit(command);
  switch (outcome.status) {
    case 'accepted':
      return { revision: outcome.revision };
    case 'refused':
      return outcome.refusal;
    case 'unavailable':
      return unavailable;
    case 'overloaded':
      return refuse('overloaded', { retryAfterSeconds: 1 });
    case 'failed':
      throw new Error('a command could not be decided', { cause: outcome.cause });
    default:
      return outcome satisfies never;
  }
};

/** The header that tells clients which revision their write became; the epoch is that of the log. */
export const revisionHeader = (revision: number): Readonly<Record<string, string>> => ({
  'rollcall-revision': `1-${revision}`,
});
