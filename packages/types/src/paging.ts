import { z } from 'zod';

/** Query of every list. `cursor` is what the page before gave as `nextCursor`. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many at most' }),
  cursor: z.string().max(512).optional().meta({ description: '`nextCursor` of the page before' }),
};

/** Of a list that is asked for by a body. */
export const bodyPaging = { ...paging, limit: z.int().min(1).max(200).default(50) };

/** One page of a list; `nextCursor` is null on the last. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
