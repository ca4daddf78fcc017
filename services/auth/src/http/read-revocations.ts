import type { Connection } from '@rollcall/database/connect';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { readRevocations } from '@rollcall/types/routes/auth/revocations';
import { readRevocationsAfter } from '../store/revocations.ts';

export const handleReadRevocations = ({ db }: Connection) =>
  handle(readRevocations, async ({ query }) => answer(200, await readRevocationsAfter(db, query.after)));
