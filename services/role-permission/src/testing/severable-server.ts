import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut and mended again, as when it goes down and comes back. */
export const severable = async (url: string) => {
  const target = new URL(url);
  const open = new Set<Socket>();
  let severed = false;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer((incoming) => {
    if (severed) return incoming.resetAndDestroy();
    const outgoing = keep(connect(Number(target.port), target.hostname));
    keep(incoming).on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' && address ? address.port : 0);
  const cut = () => {
    severed = true;
    for (const socket of open) socket.destroy();
  };
  return {
    url: through.href,
    cut,
    mend: () => {
      severed = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
