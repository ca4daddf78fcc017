import type { Connection } from '@rollcall/database/connect';
import { deleteExpiredCounters } from '@rollcall/database/rate-limits';
import type { Logger } from '@rollcall/service-kit/logging';
import { Worker } from '@rollcall/service-kit/worker';

/** Deletes counters whose minute is over: each address that ever came would leave some behind. */
export const createCleanUp = (connection: Connection, log: Logger): Worker =>
  new Worker({
    name: 'clean-up',
    idleMilliseconds: 5 * 60_000,
    log,
    round: async () => {
      await deleteExpiredCounters(connection.sql, 'gateway');
      return false;
    },
  });
