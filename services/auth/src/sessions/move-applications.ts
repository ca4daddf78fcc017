import type { Transaction } from '@rollcall/database/connect';
import { moveParticipants } from '../store/oauth-logouts.ts';
import { moveRecordsOfSession } from '../store/oauth-records.ts';

/** What applications have by a session goes on with the one that takes its place: its person has not signed out. */
export const moveApplications = async (tx: Transaction, from: string, to: string): Promise<void> => {
  await moveRecordsOfSession(tx, from, to);
  await moveParticipants(tx, from, to);
};
