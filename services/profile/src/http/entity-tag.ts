/** A strong entity tag (RFC 9110 section 8.8.3) from a version. */
export const entityTag = (version: number): string => `"${version}"`;

/**
 * RFC 9110 section 13.1.1: the condition holds when there is none, for `*`, or when one of the tags is the present one.
 * The comparison is strong, so a weak tag never fits; our own tags have no comma in them.
 */
export const holdsIfMatch = (ifMatch: string | null, version: number): boolean =>
  ifMatch === null || ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === entityTag(version));
