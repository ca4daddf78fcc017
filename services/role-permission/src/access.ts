import type { Reading } from '@rollcall/event-store/command-loop';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { revisionParts } from '@rollcall/types/access-questions';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AccessCommand } from './domain/commands.ts';
import { holds } from './domain/holdings.ts';
import type { AccessState } from './domain/state.ts';
import type { AccessStream } from './store/access-stream.ts';

const unavailable: Refusal = refuse('unavailable', { retryAfterSeconds: 1 });

/** The present state, or a refusal when it is not known: nothing is allowed from an old one. */
export const present = (access: AccessStream): Reading<AccessState> | Refusal => access.reading ?? unavailable;

/** As long as a gateway waits for its replica. */
const patienceMilliseconds = 2_000;

/** A service that was busy with something else for a moment has its log again long before. */
const contactMilliseconds = 500;

/** Waits until this replica has what the caller may have heard of; a refusal when it is not there in time. */
export const caughtUp = async (
  access: AccessStream,
  accessRevision: string | undefined,
): Promise<Refusal | undefined> => {
  await access.inContact(contactMilliseconds);
  if (accessRevision === undefined) return undefined;
  const [epoch = 0, position] = revisionParts(accessRevision);
  const reached = await access.reached(position, epoch, patienceMilliseconds);
  if (reached === 'reached') return undefined;
  // Of a history that is over nothing is left to wait for.
  return reached === 'unknown_epoch' && epoch < (access.reading?.epoch ?? 0) ? undefined : unavailable;
};

/**
 * Does somebody hold a permission now?
 *
 * @throws {ServiceUnavailableError} when the present is not known: "no" would pass for the truth, and be told as a 404.
 */
export const holdsNow = (access: AccessStream, userId: string, permission: string): boolean => {
  const { reading } = access;
  if (!reading) throw new ServiceUnavailableError('role-permission', `the access log is ${access.health}`);
  return holds(reading.state, userId, permission, reading.now);
};

/** Where in the log something stands: a revision means nothing without the history that it is of. */
export interface Written {
  readonly revision: number;
  readonly epoch: number;
}

/** Has a command decided; where what it caused stands, or why not. */
export const submit = async (access: AccessStream, command: AccessCommand): Promise<Written | Refusal> => {
  const outcome = await access.submit(command);
  switch (outcome.status) {
    case 'accepted':
      return { revision: outcome.revision, epoch: outcome.epoch };
    case 'refused':
      return inBody(outcome.refusal);
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

/** The domain points into the command; what may be wrong with a command came in the body. */
export const inBody = (refusal: Refusal): Refusal =>
  refusal.errors === undefined
    ? refusal
    : { ...refusal, errors: refusal.errors.map((error) => ({ ...error, pointer: `/body${error.pointer}` })) };

/** The header that tells clients which revision their write became. */
export const revisionHeader = ({ epoch, revision }: Written): Readonly<Record<string, string>> => ({
  'rollcall-revision': `${epoch}-${revision}`,
});
