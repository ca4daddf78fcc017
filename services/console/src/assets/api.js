/**
 * @typedef {{ ok: boolean, status: number, body: any }} Answer
 */

/**
 * One call of the JSON interface, as whoever is signed in: the session is in cookies that no script can read.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Answer>} an answer of status 0 when there was none
 */
export const call = async (method, path, body) => {
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      redirect: 'error',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ok: response.ok, status: response.status, body: await response.json() };
  } catch {
    return { ok: false, status: 0, body: { title: 'The service cannot be reached. Please try again.' } };
  }
};

/** @type {Promise<Answer> | undefined} */
let renewal;

/** Fresh cookies for the same session; several calls that need them share one exchange. */
const renew = () => {
  renewal ??= call('POST', '/v1/sessions/refresh?cookies=true').finally(() => {
    renewal = undefined;
  });
  return renewal;
};

/**
 * {@link call}, once more with fresh cookies where the present ones are over. Whether that exchange succeeded does not
 * matter: another page of the same browser may have made it first.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export const callSignedIn = async (method, path, body) => {
  const answer = await call(method, path, body);
  if (!isSignedOut(answer)) return answer;
  await renew();
  return call(method, path, body);
};

/** @param {Answer} answer */
export const isSignedOut = ({ status, body }) =>
  status === 401 && ['unauthenticated', 'token_revoked'].includes(body.code);

/**
 * What went wrong, for people.
 * @param {Answer} answer
 */
export const explain = ({ body }) => {
  const errors = (body.errors ?? []).map(
    (/** @type {{ pointer: string, detail: string }} */ { pointer, detail }) => `${pointer.split('/').pop()} ${detail}`,
  );
  return [body.title, body.detail, ...errors].filter(Boolean).join('; ') || 'Something went wrong. Please try again.';
};
