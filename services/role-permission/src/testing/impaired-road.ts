import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on which bytes take their time, or stand still. */
export const impaired = async (url: string) => {
  const target = new URL(url);
  const open = new Set<Socket>();
  const held: (() => void)[] = [];
  let isFrozen = false;
  let delayMs = 0;
  const carry = (from: Socket, to: Socket): void => {
    open.add(from);
    from.on('error', () => from.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    from.on('data', (bytes) => {
      const pass = (): void => {
        if (isFrozen) held.push(pass);
        else if (!to.destroyed) to.write(bytes);
      };
      // Timers of the same length fire in the order in which they were set.
      if (delayMs === 0 && held.length === 0) pass();
      else setTimeout(pass, delayMs);
    });
  };
  const server = createServer((incoming) => {
    const outgoing = connect(Number(target.port), target.hostname);
    carry(incoming, outgoing);
    carry(outgoing, incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' && address ? address.port : 0);
  return {
    url: through.href,
    /** Every byte takes so many milliseconds from now on, each way. */
    slow: (milliseconds: number): void => {
      delayMs = milliseconds;
    },
    /** Nothing passes any more, and no connection breaks. */
    freeze: (): void => {
      isFrozen = true;
    },
    thaw: (): void => {
      isFrozen = false;
      for (const pass of held.splice(0)) pass();
    },
    close: async (): Promise<void> => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
