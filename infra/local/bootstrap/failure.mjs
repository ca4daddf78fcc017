/** A reason not to go on that the operator can do something about: its message is the one sentence to show. */
export class Failure extends Error {
  /** @override */
  name = 'Failure';
}

/**
 * What is shown for anything thrown: the sentence of a failure, the whole stack of a bug.
 * @param {unknown} error
 */
export function explain(error) {
  if (error instanceof Failure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * The code of a system error (`EADDRINUSE`), or undefined.
 * @param {unknown} error
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
