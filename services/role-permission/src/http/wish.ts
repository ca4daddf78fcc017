import type { Reading } from '@rollcall/event-store/command-loop';
import { answer, type CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import type { AnyAccessCommand } from '@rollcall/types/access-commands';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import { inBody, present, revisionHeader, submit, type Written } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import type { AccessCommand, AccessWish } from '../domain/commands.ts';
import { decide } from '../domain/decide/decide.ts';
import type { AccessEvent } from '../domain/events.ts';
import type { AccessState } from '../domain/state.ts';
import type { Ports } from '../ports.ts';
import { prepare } from '../prepare.ts';
import { isForgotten } from '../store/command-age.ts';
import { type Tried, triedOn } from './trial.ts';

interface Trial {
  readonly dryRun?: 'true' | 'false' | undefined;
  /** They came as a list: what is wrong with one of them says which. */
  readonly isBatch?: boolean;
}

/** What became of wishes: where they stand in the log, or what they would have added to it. */
export type WishOutcome =
  | { readonly tried: Tried; readonly written: undefined }
  | {
      readonly tried: undefined;
      readonly written: Written;
      readonly commandId: string;
      /** Of what the first wish created, if it created something that has an id. */
      readonly createdId: string;
    };

/** The id of what a request asks for: the same one when it is repeated with its key, for as long as keys are remembered. */
export const commandIdFor = async (
  { connection }: Pick<Ports, 'connection'>,
  claim: CallContext['claim'],
  asked: unknown,
): Promise<string> => {
  const keyed = claim && commandIdOf(claim, asked);
  // The log never forgets a command: one whose key is forgotten would be taken for a repetition, and do nothing.
  return keyed === null || (await isForgotten(connection.db, keyed)) ? newId() : keyed;
};

/** Has wishes of a client come about, together or not at all, or only tried. */
export const wishFor = async (
  ports: Ports,
  wishes: readonly AnyAccessCommand[],
  { dryRun, isBatch = wishes.length > 1 }: Trial,
  { cause, claim }: Pick<CallContext, 'cause' | 'claim'>,
): Promise<WishOutcome | Refusal> => {
  const id = await commandIdFor(ports, claim, wishes);
  const reading = present(ports.access);
  if (isRefusal(reading)) return reading;
  const { names, config } = ports;
  const ready = await prepare(wishes, reading.state, { names, plans: config.plans, isBatch, newId });
  if (isRefusal(ready)) return inBody(ready);
  const [only] = ready;
  const command = { ...(only && !isBatch ? only : { type: 'batch' as const, wishes: ready }), id, cause };
  if (dryRun === 'true') {
    const events = tryOut(reading, command);
    if (isRefusal(events)) return events;
    return { tried: await triedOn(names, reading, events), written: undefined };
  }
  const written = await submit(ports.access, command);
  if (isRefusal(written)) return written;
  // Of a request that came with a key an earlier attempt may have come about, with the ids that it had made.
  const [first] = claim && only && idOfNew(only) ? await ports.accessLog.ofCommand(id) : [];
  const createdId = first?.event.subject ?? (only && idOfNew(only)) ?? '';
  return { tried: undefined, written, commandId: id, createdId };
};

const idOfNew = (wish: AccessWish): string | undefined => {
  switch (wish.type) {
    case 'createGroup':
      return wish.groupId;
    case 'createOrganization':
      return wish.organizationId;
    case 'createTeam':
      return wish.teamId;
    case 'createProject':
      return wish.projectId;
    default:
      return undefined;
  }
};

/** What wishes would cause, had somebody wished them together just now, and upon what that was decided. */
export const eventsOfWishes = async (
  { access, names, config }: Pick<Ports, 'access' | 'names' | 'config'>,
  wishes: readonly AnyAccessCommand[],
  { cause }: Pick<CallContext, 'cause'>,
): Promise<{ readonly reading: Reading<AccessState>; readonly events: readonly AccessEvent[] } | Refusal> => {
  const before = present(access);
  if (isRefusal(before)) return before;
  const ready = await prepare(wishes, before.state, { names, plans: config.plans, isBatch: true, newId });
  if (isRefusal(ready)) return inBody(ready);
  const reading = present(access);
  if (isRefusal(reading)) return reading;
  const events = tryOut(reading, { type: 'batch', wishes: ready, id: newId(), cause });
  return isRefusal(events) ? events : { reading, events };
};

/** The answer to a write that has nothing to tell but that it was done. */
export const answerWish = (outcome: WishOutcome | Refusal) => {
  if (isRefusal(outcome)) return outcome;
  if (outcome.tried) return answer(200, outcome.tried);
  const { revision } = outcome.written;
  return answer(200, { revision }, revisionHeader(outcome.written));
};

/** What a command would add to the log, had it come just now. */
export const tryOut = (
  { state, now }: Reading<AccessState>,
  command: AccessCommand,
): readonly AccessEvent[] | Refusal => {
  const events = decide(state, command, { now, after: () => [] });
  return isRefusal(events) ? inBody(events) : events;
};
