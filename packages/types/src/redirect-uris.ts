/** `web`: an application with a server or in a browser. `native`: one that is installed. */
export type ApplicationType = 'web' | 'native';

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

// What every reader of a URL reads as the same thing: no blanks, quotes, backslashes, wildcards or braces.
const plain = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?@!$&'()+,;=%[\]-]+$/;

/**
 * May the answer of an authorization go there? Asked when an application is registered and again whenever it is used, so
 * that what was stored under older rules opens nothing (FAULTS N26, N27).
 *
 * - `https:` anywhere; `http:` on this machine alone.
 * - Installed applications may have a scheme of their own, named after a domain: with a dot in it (RFC 8252 section 7.1).
 * - One spelling, without a fragment and without anybody's name in it.
 */
export const isRedirectUri = (uri: string, applicationType: ApplicationType): boolean => {
  if (uri.length > 2_000 || !plain.test(uri) || !URL.canParse(uri)) return false;
  const { protocol, hostname, href, username, password } = new URL(uri);
  if (username !== '' || password !== '' || uri.includes('@')) return false;
  // A parser that repairs an address makes another one of it.
  if (href !== uri && href !== `${uri}/`) return false;
  if (protocol === 'http:') return loopbackHosts.has(hostname);
  if (protocol === 'https:') return applicationType === 'web' || !loopbackHosts.has(hostname);
  return applicationType === 'native' && protocol.includes('.');
};

/** May an address be shown to people as a link or a picture of an application? */
export const isLinkUri = (uri: string): boolean => isRedirectUri(uri, 'web');

/** The reason that goes with {@link isRedirectUri}. */
export const redirectUriRule =
  'must be https, or http on this machine, or for a native application a scheme with a dot in it; in its usual spelling, without a fragment or a user';
