import type { Connection } from '@rollcall/database/connect';
import { waitFor } from '@rollcall/testing/wait-for';

/**
 * Holds a person's credential until as many as told wait for a lock in this database: all of them are then in the
 * middle of a transaction at the same moment.
 */
export const whileCredentialIsHeld = async (
  { sql }: Connection,
  userId: string,
  waiting: number,
  begin: () => Promise<unknown>[],
): Promise<unknown[]> => {
  let begun: Promise<unknown>[] = [];
  await sql.begin(async (tx) => {
    await tx`select from auth.credentials where user_id = ${userId} for update`;
    begun = begin();
    await waitFor(`${waiting} to wait for the credential`, async () => {
      const blocked = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return blocked.length >= waiting;
    });
  });
  return Promise.all(begun);
};
