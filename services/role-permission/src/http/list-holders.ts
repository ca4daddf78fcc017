import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { userId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { listHolders } from '@rollcall/types/routes/role-permission/permissions';
import { z } from 'zod';
import { present } from '../access.ts';
import { findPermission, holdersOf } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';

export const handleListHolders = ({ access }: Ports) =>
  handle(listHolders, async ({ params, query }) => {
    const after = decodeCursor(query.cursor, z.tuple([userId]));
    if (isRefusal(after)) return after;
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    if (!findPermission(reading.state, params.name)) return refuse('not_found');
    const holders = holdersOf(reading.state, params.name, reading.now, after?.[0]);
    return answer(
      200,
      pageFrom(holders, query.limit, (row) => [row.userId]),
    );
  });
