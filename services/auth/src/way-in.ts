import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from './ports.ts';
import { holdSignedIn, type InSession } from './store/hold-signed-in.ts';
import { hasWayIn } from './store/identities.ts';

/** Takes a way in back, if there is it; nothing is told of it when it answers false. */
type TakeBack = (tx: Transaction, emit: Emit) => Promise<boolean>;

/** Takes a way in away from somebody; whoever would have none left keeps it. */
export const keepingAWayIn = async (
  { events }: Pick<Ports, 'events'>,
  signedIn: InSession,
  takeBack: TakeBack,
): Promise<Refusal | undefined> => {
  const lastWayIn = new Error('it was the last way in');
  const outcome = events.transact(async (tx, emit) => {
    if (!(await holdSignedIn(tx, signedIn))) return refuse('not_found');
    if (!(await takeBack(tx, emit))) return refuse('not_found');
    if (!(await hasWayIn(tx, signedIn.userId))) throw lastWayIn;
    return undefined;
  });
  return outcome.catch((error: unknown) => {
    if (error === lastWayIn) return refuse('last_way_in');
    throw error;
  });
};
