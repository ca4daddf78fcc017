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

/** A JSON object of secrets by the name of what they belong to. */
export const readSecrets = (text: string, ctx: z.RefinementCtx): ReadonlyMap<string, string> => {
  const read = z.record(z.string(), z.string().min(1)).safeParse(readJson(text, ctx));
  if (read.success) return new Map(Object.entries(read.data));
  if (ctx.issues.length === 0) ctx.addIssue('must be a JSON object of texts');
  return new Map();
};
