import { z } from 'zod';
import { tupleShape } from './access-questions.ts';

/** What becomes of the graph of rights: a tuple comes or goes, or somebody is denied everything, or no longer. */
export const graphChange = z.union([
  z.object({ write: tupleShape, validUntil: z.number().exactOptional() }),
  z.object({ remove: tupleShape }),
  z.object({ bar: z.string() }),
  z.object({ unbar: z.string() }),
]);
