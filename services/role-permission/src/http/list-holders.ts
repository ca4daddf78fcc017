import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { userId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { listHolders } from '@rollcall/types/routes/role-permission/permissions';
import { z } from 'zod';
import { findPermission, holdersOf, holdersWithin } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { scopedReading, toldTo } from './scope.ts';

export const handleListHolders = (ports: Ports) =>
  handle(listHolders, async ({ params, query }, { signedIn }) => {
    const after = decodeCursor(query.cursor, z.tuple([userId]));
    if (isRefusal(after)) return after;
    const reading = scopedReading({ ports, right: 'permissions.read' }, query, signedIn);
    if (isRefusal(reading)) return reading;
    const { state, now } = reading;
    if (!findPermission(state, params.name)) return refuse('not_found');
    const holders =
      query.organization === undefined
        ? holdersOf(state, params.name, now, after?.[0])
        : holdersWithin(state, query.organization, params.name, now, after?.[0]);
    const page = pageFrom(holders, query.limit, (row) => [row.userId]);
    const items = page.items.map(toldTo(state, signedIn.userId, query.organization, now));
    return answer(200, { ...page, items });
  });
