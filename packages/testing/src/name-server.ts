import { createSocket } from 'node:dgram';
import { decode, encode } from 'dns-packet';

const [nameError, serverFailure] = [3, 2];

/** A name server on loopback that knows the TXT records which a spec publishes, and nothing else. */
export const startNameServer = async () => {
  const records = new Map<string, readonly string[]>();
  const failing = new Set<string>();
  const ignored = new Set<string>();
  const meanwhile = new Map<string, () => Promise<unknown>>();
  const socket = createSocket('udp4');
  socket.on('message', async (message, { address, port }) => {
    const { id, questions = [] } = decode(message);
    const name = questions[0]?.name.toLowerCase() ?? '';
    if (ignored.has(name)) return;
    const work = meanwhile.get(name);
    meanwhile.delete(name);
    await work?.();
    const found = records.get(name);
    const flags = failing.has(name) ? serverFailure : found ? 0 : nameError;
    const answers = (failing.has(name) ? [] : (found ?? [])).map((data) => ({
      type: 'TXT' as const,
      name,
      ttl: 0,
      data,
    }));
    socket.send(
      encode({ type: 'response', ...(id === undefined ? {} : { id }), flags, questions, answers }),
      port,
      address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  // Specs that are through do not wait for it.
  socket.unref();
  return {
    address: `127.0.0.1:${socket.address().port}`,
    /** From now on these are the TXT records of a name; none, and there is no such name. */
    publish: (name: string, ...texts: readonly string[]): void => {
      if (texts.length > 0) records.set(name, texts);
      else records.delete(name);
    },
    /** From now on it does not know what to say about a name, or does again. */
    fail: (name: string, fails = true): void => {
      if (fails) failing.add(name);
      else failing.delete(name);
    },
    /** From now on it never answers about a name. */
    ignore: (name: string): void => {
      ignored.add(name);
    },
    /** The next time somebody asks about a name, this is done before they are answered. */
    onceAsked: (name: string, work: () => Promise<unknown>): void => {
      meanwhile.set(name, work);
    },
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
};

export type NameServer = Awaited<ReturnType<typeof startNameServer>>;

let started: Promise<NameServer> | undefined;

/** The one that the stacks of a spec ask. */
export const playedNameServer = (): Promise<NameServer> => {
  started ??= startNameServer();
  return started;
};
