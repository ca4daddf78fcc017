/** Has a client just what it asks for? By the `If-None-Match` it sent (RFC 9110 section 13.1.2). */
export const hasSeen = (ifNoneMatch: string | null, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((one) => one.trim() === '*' || bare(one.trim()) === bare(etag));

/** Weak or not, compared alike (RFC 9110 section 8.8.3.2). */
const bare = (etag: string): string => etag.replace(/^W\//, '');
