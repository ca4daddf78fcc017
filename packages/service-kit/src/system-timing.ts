/** Time as this machine knows it, for packages that know no clock of their own. */
export const systemTiming = {
  /** Milliseconds since 1970. */
  now: (): number => Date.now(),
  /** Milliseconds on a clock that only runs forward. */
  elapsed: (): number => performance.now(),
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  after: (milliseconds: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
