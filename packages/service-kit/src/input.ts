import type { ProblemCode, Refusal } from '@rollcall/types/problems';
import type { z } from 'zod';
import { inputMessage } from './input-messages.ts';
import { inputRefusal } from './problem-response.ts';

/**
 * What `schema` makes of a value that somebody sent, or a refusal that says of each part below `root` ("/body",
 * "/query", "/path") what it must be.
 */
export const parseInput = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root: string,
  code?: ProblemCode,
): z.output<Schema> | Refusal => {
  const result = schema.safeParse(value, { error: inputMessage, reportInput: true });
  return result.success ? result.data : inputRefusal(result.error, root, code);
};
