/** One spelling of a path: segments that are neither empty nor dots, of characters that need no escape. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+$/;

/** Escapes of what may not stand as itself: a space, quotes, brackets and the like, and everything beyond ASCII. */
const neededEscape = /%(?:2[02]|3[CcEe]|5[BbDdEe]|60|7[B-Db-d]|[89A-Fa-f][0-9A-Fa-f])/g;

/** What a URL parser leaves as it is in a query. */
const plainQuery = /^[!$%&(-;=?-~]*$/;

export interface RequestTarget {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
}

/**
 * Reads the target of a request as it came over the wire, before any URL parser resolves, decodes or repairs it.
 *
 * Every path has one spelling here: `..`, `//`, `;`, a trailing slash, an escaped slash, dot or letter, an escape of an
 * escape are refused, so that the gateway and a service cannot read the same request as two different ones.
 *
 * @returns undefined for a path that is not spelled that way.
 */
export const readTarget = (target: string): RequestTarget | undefined => {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  if (!isPath(path)) return undefined;
  const query = at < 0 ? '' : target.slice(at + 1);
  if (query === '') return { path, search: '' };
  // The service checks the signature over what its own parser makes of the address: both must see the same bytes.
  return { path, search: plainQuery.test(query) ? `?${query}` : new URL(`http://query/?${query}`).search };
};

const isPath = (path: string): boolean => {
  if (path === '/' || plainPath.test(path)) return true;
  if (!path.includes('%')) return false;
  try {
    decodeURIComponent(path);
  } catch {
    return false;
  }
  // A letter in place of each escape: what is left must be a plain path, and no stray percent sign.
  return plainPath.test(path.replace(neededEscape, 'x'));
};
