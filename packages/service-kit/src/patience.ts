/** Somebody waited for as long as was right; what they waited for may still happen. */
export class OutOfPatienceError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * The outcome of some work, if it comes in time: a server that neither answers nor hangs up would keep us waiting for good.
 * The work goes on; whoever repeats the request with its key is told what became of it.
 *
 * @throws OutOfPatienceError when it does not
 */
export const withinPatience = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfPatienceError(`nothing came in ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
