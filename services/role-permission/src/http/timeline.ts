import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { isRefusal } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/timeline';
import { present } from '../access.ts';
import { textOf, tupleOf } from '../domain/tuples.ts';
import { byName, differenceBetween, organizationAt } from '../past/timeline.ts';
import type { Ports } from '../ports.ts';
import type { EdgeLife } from '../store/edge-queries.ts';
import { tupleCursor } from './cursors.ts';
import { pageFrom } from './page-from.ts';
import { type Scope, scopedReading } from './scope.ts';

/** How long the caller waits for a verdict before being told how far it is. */
const patienceMilliseconds = 5_000;

export const timelineHandlers = (ports: Ports) => {
  const { past, edges, verification } = ports;
  /** Whoever reads all may ask about organizations that are gone, too. */
  const readingFor = (scope: Scope, asker: { readonly userId: string }) => {
    const everywhere = scopedReading({ ports, right: 'access.read' }, {}, asker);
    return isRefusal(everywhere) ? scopedReading({ ports, right: 'access.read' }, scope, asker) : everywhere;
  };
  return [
    handle(routes.readAccessState, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, tupleCursor);
      if (isRefusal(after)) return after;
      const reading = readingFor(query, signedIn);
      if (isRefusal(reading)) return reading;
      const point = await past.pointOf(query.at ?? reading.revision, '/query/at', reading);
      if (isRefusal(point)) return point;
      const from = after ? tupleOf(after[0]) : undefined;
      const rows =
        query.organization === undefined
          ? await edges.page(point.position, from, query.limit + 1)
          : (await organizationAt(edges, query.organization, point.position)).filter(
              (life) => from === undefined || byName(life, from) > 0,
            );
      const page = pageFrom(rows, query.limit, (life) => [textOf(life)]);
      return answer(200, { items: page.items.map(shown), nextCursor: page.nextCursor, revision: point.position });
    }),

    handle(routes.readAccessDiff, async ({ query }, { signedIn }) => {
      const reading = readingFor(query, signedIn);
      if (isRefusal(reading)) return reading;
      const stretch = await past.stretchOf({ from: query.from, to: query.to }, '/query', reading);
      if (isRefusal(stretch)) return stretch;
      const { start, end } = stretch;
      const between = { from: start.position, to: end.position };
      const difference = await differenceBetween({ edges, log: ports.accessLog }, between, query.organization);
      if (isRefusal(difference)) return difference;
      return answer(200, {
        ...between,
        added: difference.added.map(shown),
        removed: difference.removed.map(shown),
        changed: difference.changed.map(({ before, after }) => ({
          ...shown(after),
          validUntilBefore: before.validUntil,
        })),
      });
    }),

    handle(routes.verifyAccess, async () => {
      const reading = present(ports.access);
      if (isRefusal(reading)) return reading;
      const verdict = await verification.verdict(reading, patienceMilliseconds);
      return 'agrees' in verdict ? answer(200, verdict) : answer(202, { status: 'running' as const, ...verdict });
    }),
  ];
};

const shown = ({ object, relation, subject, validUntil, from }: EdgeLife) => ({
  object,
  relation,
  user: subject,
  validUntil,
  position: from,
});
