import type { Cause, HopContext } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { Worker } from '@rollcall/service-kit/worker';
import { userDeactivated, userReactivated } from '@rollcall/types/events/deactivation';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import { setUserAccess } from '@rollcall/types/routes/auth/accounts';
import { setSuspension } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from './ports.ts';
import {
  type Account,
  type Change,
  concludeChange,
  forgetAccount,
  statusAfter,
  takeBackChange,
} from './store/accounts.ts';
import { releaseLease, renewLease, takeDueLeases } from './store/leases.ts';

/** An account with a change to carry out. */
type Changing = Account & { readonly pending: Change };

/**
 * Carries out what is pending for an account until nothing is, under a lease: one runner at a time, so that two
 * opposite changes never mix. A wish that came meanwhile is taken up next. Never throws: what fails is tried again.
 */
export const carryOut = async (ports: Ports, userId: string, runner: string): Promise<void> => {
  const { db } = ports.connection;
  let attempts = 0;
  try {
    for (;;) {
      const account = await renewLease(db, userId, runner);
      if (!isChanging(account)) return;
      attempts = account.attempts;
      await carryOutNewest(ports, account, runner);
    }
  } catch (error) {
    ports.log[attempts === 0 ? 'warn' : 'debug']({ err: error, userId }, 'a change of an account goes on later');
    await releaseLease(db, userId, runner, waitAfter(ports, attempts)).catch((lost: unknown) => {
      ports.log.warn({ err: lost, userId }, 'a lease was not given back and will lapse');
    });
  }
};

const isChanging = (account: Account | undefined): account is Changing => Boolean(account?.pending);

const waitAfter = ({ config }: Ports, attempts: number): number =>
  Math.min(config.firstRetryMilliseconds * 2 ** attempts, config.longestRetryMilliseconds);

/**
 * The steps, in one order for both directions, each safe to repeat.
 *
 * Shutting: the suspension comes first because it alone can be refused and because it cuts access everywhere at once,
 * whatever tokens are about; then auth ends the sessions. Opening: signing in comes last, once there are rights again.
 */
const carryOutNewest = async (ports: Ports, account: Changing, runner: string): Promise<void> => {
  const refusal = await suspend(ports, account);
  if (refusal) return takeBack(ports, account, refusal);

  const current = await renewLease(ports.connection.db, account.userId, runner);
  if (current?.requestId !== account.requestId) return;
  await openOrShutDoors(ports, account);
  await conclude(ports, account);
};

const suspend = async ({ client }: Ports, account: Changing): Promise<Refusal | undefined> => {
  const { userId, pending, registered } = account;
  const answer = await client.call(setSuspension, {
    params: { userId },
    body: { suspended: pending === 'deactivating', actor: causeOf(account).actor },
    context: hopOf(account),
  });
  if (!isRefusal(answer)) return undefined;
  // A person whose registration is only just reaching the other services is not unknown.
  const isJudged = answer.refused === 'last_admin' || answer.refused === 'forbidden';
  const isFinal = isJudged || (answer.refused === 'not_found' && !registered);
  if (!isFinal) throw new Error(`the suspension could not be set: ${answer.refused}`);
  return answer;
};

const openOrShutDoors = async ({ client }: Ports, account: Changing): Promise<void> => {
  const answer = await client.call(setUserAccess, {
    params: { userId: account.userId },
    body: { enabled: account.pending === 'reactivating', actor: causeOf(account).actor },
    context: hopOf(account),
  });
  if (isRefusal(answer)) throw new Error(`the access could not be set: ${answer.refused}`);
};

const takeBack = async ({ connection, log }: Ports, account: Changing, { refused }: Refusal): Promise<void> => {
  // Its caller may have heard "completing" already, so that it is told here as well. It is an answer, not a fault.
  log.info({ userId: account.userId, change: account.pending, refused }, 'a change of an account was refused');
  await connection.db.transaction((tx) =>
    refused === 'not_found'
      ? forgetAccount(tx, account)
      : takeBackChange(tx, account, refused, { ...causeOf(account), actor: ourselves }),
  );
};

const conclude = async ({ events, personal }: Ports, account: Changing): Promise<void> => {
  const { userId, reason } = account;
  const sealed = reason === null ? {} : { personal: await personal.seal(userId, { reason }) };
  await events.transact(async (tx, emit) => {
    const before = await concludeChange(tx, account, account.pending);
    const after = statusAfter[account.pending];
    // A change that was replaced before it was done leaves the account as it was, and that is no event.
    if (before === undefined || before === after) return;
    await emit(account.pending === 'deactivating' ? userDeactivated : userReactivated, {
      subject: account.userId,
      data: { before: { status: before }, after: { status: after }, by: account.by ?? 'administrator' },
      ...sealed,
      cause: causeOf(account),
    });
  });
};

const ourselves = 'service:deactivation';

const causeOf = ({ cause }: Account): Cause => cause ?? { actor: ourselves, correlationId: newId() };

const hopOf = (account: Account): HopContext => {
  const { correlationId, traceparent } = causeOf(account);
  const trace = traceparent === undefined ? {} : { traceparent };
  return { requestId: correlationId, actor: null, ipAddress: '', userAgent: '', ...trace };
};

const parallel = 10;

/** Resumes changes that a crash or an outage interrupted. */
export const createChangeWorker = (ports: Ports): Worker =>
  new Worker({
    name: 'account changes',
    idleMilliseconds: 500,
    log: ports.log,
    round: async () => {
      const runner = newId();
      const due = await takeDueLeases(ports.connection.db, parallel, runner);
      await Promise.all(due.map((userId) => carryOut(ports, userId, runner)));
      return due.length === parallel;
    },
  });
