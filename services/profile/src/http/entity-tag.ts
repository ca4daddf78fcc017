import type { Sight } from './user-view.ts';

/**
 * A strong entity tag (RFC 9110 section 8.8.3): a version and how much of it is shown, since whoever sees less gets other
 * bytes and must not be told that nothing has changed once they may see more.
 */
export const entityTag = (version: number, { all, status }: Sight): string =>
  all ? `"${version}"` : status ? `"${version}-status"` : `"${version}-open"`;

// Our own tags have no comma in them.
const tagsIn = (header: string): readonly string[] => header.split(',').map((tag) => tag.trim());

/**
 * RFC 9110 section 13.1.1: the condition holds when there is none, for `*`, or when one of the tags is of the present
 * version, however much of it was shown. The comparison is strong, so a weak tag never fits.
 */
export const holdsIfMatch = (ifMatch: string | null, version: number): boolean =>
  ifMatch === null ||
  ifMatch.trim() === '*' ||
  tagsIn(ifMatch).some((tag) => /^"(\d+)(?:-open|-status)?"$/.exec(tag)?.[1] === String(version));
