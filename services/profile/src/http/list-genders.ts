import { answer, handle } from '@rollcall/service-kit/call-context';
import { listGenders } from '@rollcall/types/routes/profile';
import type { Ports } from '../ports.ts';
import { findGenders } from '../store/genders.ts';

export const handleListGenders = ({ connection }: Ports) =>
  handle(listGenders, async () => answer(200, { items: await findGenders(connection.db), nextCursor: null }));
