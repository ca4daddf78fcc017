/** Where one goes after signing in, unless told. */
export const usualPlace = '/account/security';

/**
 * Where the address of a page asks to go next, as long as that is a page of our own: never `javascript:`, never another
 * host, however it is written. The whole address is answered, because a path of it may itself begin with two slashes.
 * @param {string | null} asked
 * @param {string} origin
 * @returns {string}
 */
export const placeToGo = (asked, origin) => {
  const usual = new URL(usualPlace, origin).href;
  // Browsers read a backslash as a slash, and pass over line ends and tabs.
  const isPath = asked !== null && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked);
  if (!isPath || !URL.canParse(asked, origin)) return usual;
  const place = new URL(asked, origin);
  return place.origin === origin ? place.href : usual;
};

/**
 * The request of an application that a page is to answer, if its address names one.
 * @param {URLSearchParams} parameters
 */
export const interactionIn = (parameters) => {
  const uid = parameters.get('interaction') ?? '';
  return /^[\w-]{1,64}$/.test(uid) ? uid : undefined;
};

/**
 * Where the platform sends a browser on to an application: on the web, or in a scheme of the application's own, but never
 * to something that would run in this page.
 * @param {string} redirectTo
 * @param {string} origin
 */
export const clientAddress = (redirectTo, origin) => {
  const place = new URL(redirectTo, origin);
  if (/^(?:javascript|data|blob|vbscript|file|about):$/.test(place.protocol)) throw new Error('nothing to go to');
  return place.href;
};
