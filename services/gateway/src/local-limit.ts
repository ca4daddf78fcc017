import { LRUCache } from 'lru-cache';

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Addresses that are remembered at once: whoever has more of them than that has no use for a limit by address. */
const maximumKeys = 50_000;

/**
 * A limit of so many in so long, counted by this process alone: for what is cheap, on the path of every request. Its
 * memory is bounded however many addresses come by.
 */
export const createLocalLimit = (
  points: number,
  seconds: number,
  now: () => number = () => performance.now(),
): ((key: string) => number | undefined) => {
  const windows = new LRUCache<string, Window>({ max: maximumKeys });
  return (key) => {
    const at = now();
    const window = windows.get(key);
    if (!window || window.endsAt <= at) {
      windows.set(key, { count: 1, endsAt: at + seconds * 1000 });
      return undefined;
    }
    window.count++;
    return window.count <= points ? undefined : Math.max(1, Math.ceil((window.endsAt - at) / 1000));
  };
};
