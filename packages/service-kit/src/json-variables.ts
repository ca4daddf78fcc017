import { z } from 'zod';

/** What a variable in JSON holds. */
export const readJson = (text: string, ctx: z.RefinementCtx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // What it holds is not repeated: somebody may have put a secret there.
    ctx.addIssue('must be JSON');
    return z.NEVER;
  }
};

/**
 * Those entries of a JSON list that are as they should be, one by one; the faults of the others stand in their turn.
 *
 * @param what the list is of, and how many at most
 */
export function* readEntries<T>(
  text: string,
  ctx: z.RefinementCtx,
  entry: z.ZodType<T>,
  { what, most }: { readonly what: string; readonly most: number },
): Generator<T> {
  const list = z.array(z.unknown()).max(most).safeParse(readJson(text, ctx));
  if (!list.success) {
    if (ctx.issues.length === 0) ctx.addIssue(`must be a JSON array of ${what}, at most ${most}`);
    return;
  }
  for (const [index, value] of list.data.entries()) {
    const { success, data, error } = entry.safeParse(value);
    if (success) yield data;
    else for (const { path, message } of error.issues) ctx.addIssue(`entry ${index + 1}: ${path.join('.')} ${message}`);
  }
}

/** A JSON object of secrets by the name of what they belong to. */
export const readSecrets = (text: string, ctx: z.RefinementCtx): ReadonlyMap<string, string> => {
  const read = z.record(z.string(), z.string().min(1)).safeParse(readJson(text, ctx));
  if (read.success) return new Map(Object.entries(read.data));
  if (ctx.issues.length === 0) ctx.addIssue('must be a JSON object of texts');
  return new Map();
};
