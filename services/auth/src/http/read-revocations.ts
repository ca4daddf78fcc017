import { answer, handle } from '@rollcall/service-kit/call-context';
import { readRevocations } from '@rollcall/types/routes/auth';
import type { Ports } from '../ports.ts';
import { readRevocationsAfter } from '../store/revocations.ts';

export const handleReadRevocations = ({ connection }: Ports) =>
  handle(readRevocations, async ({ query }) => answer(200, await readRevocationsAfter(connection.db, query.after)));
