/** Letters of a path and what follows it; no backslash, which browsers read as a slash, and nothing beyond ASCII. */
const plain = /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*$/;

/**
 * Where of our own to go on, as a whole address, so that no browser reads another host into it; undefined for anything that
 * leads elsewhere. Asked when it is taken, and again when it is used (N26, N27).
 */
export const ownAddress = (origin: string, path: string): URL | undefined => {
  if (!plain.test(path) || !URL.canParse(path, origin)) return undefined;
  const url = new URL(path, origin);
  // "//host" is another host, and "/.//host" becomes one once its dots are resolved.
  if (url.origin !== origin || path.startsWith('//') || url.pathname.startsWith('//')) return undefined;
  return url;
};
