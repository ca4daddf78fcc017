import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, encodeCursor } from '@rollcall/service-kit/cursor';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { eventRoutesOf, type ParkedEvent } from '@rollcall/types/routes/every-service';
import { listDeadLetters } from '@rollcall/types/routes/gateway';
import { z } from 'zod';
import { consumingServices } from './consuming-services.ts';

/** Where a page goes on: in which service, and after what of its list. */
const position = z.tuple([z.enum(consumingServices), z.string().max(256)]);

/**
 * Parked events of all services, one service after the other, in one list. What a service has of an event's content
 * stays there: an answer has its type, whom it is about and why it was parked.
 */
export const handleListDeadLetters = (client: ServiceClient) =>
  handle(listDeadLetters, async ({ query }, context) => {
    const from = decodeCursor(query.cursor, position);
    if (isRefusal(from)) return from;

    const items: ParkedEvent[] = [];
    const unavailable: string[] = [];
    let cursor = from?.[1] ?? '';
    for (let index = from ? consumingServices.indexOf(from[0]) : 0; index < consumingServices.length; index++) {
      const service = consumingServices[index];
      if (service === undefined) break;
      const room = query.limit - items.length;
      if (room === 0) return answer(200, { items, unavailable, nextCursor: encodeCursor([service, cursor]) });

      const asked = { limit: String(room), ...(cursor === '' ? {} : { cursor }) };
      // One service that is down must not hide what the others have.
      const page = await client
        .call(eventRoutesOf(service).listParkedEvents, { query: asked, context: context.hop })
        .catch(() => undefined);
      cursor = '';
      if (!page) {
        unavailable.push(service);
      } else if (isRefusal(page)) {
        if (page.refused === 'invalid_cursor') return refuse('invalid_cursor');
        unavailable.push(service);
      } else {
        items.push(...page.body.items);
        const { nextCursor } = page.body;
        if (nextCursor !== null) {
          return answer(200, { items, unavailable, nextCursor: encodeCursor([service, nextCursor]) });
        }
      }
    }
    return answer(200, { items, unavailable, nextCursor: null });
  });
