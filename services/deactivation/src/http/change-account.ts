import { setTimeout as delay } from 'node:timers/promises';
import { answer, type CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import type { UserId } from '@rollcall/types/ids';
import { type ProblemCode, refuse } from '@rollcall/types/problems';
import { carryOut } from '../change-saga.ts';
import type { Ports } from '../ports.ts';
import { type Account, type Change, findAccount, statusAfter, storeRequest } from '../store/accounts.ts';
import { takeLease } from '../store/leases.ts';

export interface AccountChange {
  readonly change: Change;
  readonly userId: UserId;
  readonly reason: string | undefined;
}

/**
 * Changes an account, or answers "completing" when that takes too long.
 *
 * Once the request is stored it is never dropped for want of an answer, not even when role-permission could not be
 * asked at all: a call without an answer may have been carried out, so the only way to a known end is on. If it turns
 * out to be refused after all, the account stays as it was, the log says so, and whoever asks again is told why.
 */
export const changeAccount = async (
  ports: Ports,
  { change, userId, reason }: AccountChange,
  { signedIn, cause }: CallContext,
) => {
  const { db } = ports.connection;
  const by = signedIn.userId === userId ? 'self' : 'administrator';
  const requestId = await db.transaction((tx) =>
    storeRequest(tx, { userId, change, by, reason: reason ?? null, cause }),
  );
  if (requestId === null) return answer(200, { userId, status: statusAfter[change] });

  const account = await settle(ports, userId, requestId);
  if (!account) return refuse('not_found');
  if (account.requestId !== requestId) return answer(202, { userId, status: 'completing' });
  if (account.refused) return refuse(account.refused, adviceOn(account.refused));
  return isUnderWay(account, requestId)
    ? answer(202, { userId, status: 'completing' })
    : answer(200, { userId, status: account.status });
};

const adviceOn = (refused: ProblemCode): { readonly detail?: string } => {
  if (refused === 'last_admin') return { detail: 'Make somebody else an administrator first.' };
  if (refused !== 'forbidden') return {};
  return { detail: 'It takes an administrator, and one for at least as long, to do this to an administrator.' };
};

/** Works at the request, or waits for whoever does, as long as the caller may wait. */
const settle = async (ports: Ports, userId: string, requestId: string): Promise<Account | undefined> => {
  const { db } = ports.connection;
  const late = Date.now() + ports.config.patienceMilliseconds;
  const runner = newId();
  if (await takeLease(db, userId, runner)) {
    await Promise.race([
      carryOut(ports, userId, runner),
      delay(ports.config.patienceMilliseconds, undefined, { ref: false }),
    ]);
  }
  for (;;) {
    const account = await findAccount(db, userId);
    if (!isUnderWay(account, requestId) || Date.now() >= late) return account;
    await delay(50);
  }
};

const isUnderWay = (account: Account | undefined, requestId: string): boolean =>
  account?.requestId === requestId && account.pending !== null && account.refused === null;
