/**
 * Which unique constraint did a statement break? Looks through drizzle's wrapping.
 *
 * @returns the constraint's name, or undefined when the error is something else.
 */
export const brokenUniqueConstraint = (error: unknown): string | undefined => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && at.code === '23505' && 'constraint_name' in at) return String(at.constraint_name);
  }
  return undefined;
};
