import { Worker } from '@rollcall/service-kit/worker';
import type { Ports } from './ports.ts';
import { forgetLapsedSignUps } from './store/sign-ups.ts';

const batch = 100;

/** Forgets sign-ups that nobody confirmed. Nothing depends on when: a lapsed one is refused whether it is here or not. */
export const createCleanUpWorker = ({ connection, log }: Ports): Worker =>
  new Worker({
    name: 'clean-up',
    idleMilliseconds: 60_000,
    log,
    round: async () => (await connection.db.transaction((tx) => forgetLapsedSignUps(tx, batch))) === batch,
  });
