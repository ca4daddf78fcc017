import { withAdvisoryLock } from '@rollcall/database/advisory-lock';
import type { Connection } from '@rollcall/database/connect';

// Any number will do, so long as nobody else's lock uses it.
const streamLock = 7_165_012;

/** How processes that share a database see to it that one of them makes the stream at a time. */
export const aloneBy =
  ({ sql }: Connection) =>
  <T>(work: () => Promise<T>): Promise<T> =>
    withAdvisoryLock(sql, streamLock, work);
