import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { JoinedFrames } from './joined-frames.ts';
import { SocketLine } from './line.ts';
import { payloadOf } from './testing/fake-line.ts';
import { textFrame } from './text-frame.ts';

/** A line and the client at its other end. */
const connect = async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const accepted = new Promise<{ line: SocketLine; socket: WebSocket; writes: number[] }>((resolve) => {
    server.on('upgrade', (request, stream, head) => {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const writes: number[] = [];
        const write = stream.write.bind(stream);
        stream.write = (chunk: Buffer) => {
          writes.push(chunk.length);
          return write(chunk);
        };
        resolve({ line: new SocketLine(socket, stream, new JoinedFrames()), socket, writes });
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // `listen` on a port has an address of this form.
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on('message', (data, isBinary) => heard.push(isBinary ? 'binary' : data.toString()));
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  await once(client, 'open');
  return { ...(await accepted), client, heard };
};
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

it.each([0, 1, 125, 126, 65_535, 65_536, 300_000])('a frame carries a text of %i bytes', async (length) => {
  const { line, heard } = await connect();
  const text = 'x'.repeat(length);
  line.write(textFrame(text));
  await soon(() => heard).toEqual([text]);
  expect(payloadOf(textFrame(text))).toBe(text);
});

it('a frame carries what is not ASCII', async () => {
  const { line, heard } = await connect();
  line.write(textFrame('Zoë 👋 東京'));
  await soon(() => heard).toEqual(['Zoë 👋 東京']);
});

it('what is said in one turn goes out in one write, in order, between what the socket says itself', async () => {
  const { line, socket, writes, heard } = await connect();
  socket.ping();
  socket.send('before');
  await soon(() => heard).toEqual(['before']);
  writes.length = 0;
  const texts = Array.from({ length: 10 }, (_, count) => `message ${count}`);
  for (const text of texts) line.write(textFrame(text));
  expect(line.lag).toBe(texts.map(textFrame).reduce((sum, frame) => sum + frame.length, 0));
  await soon(() => heard).toEqual(['before', ...texts]);
  expect(writes).toHaveLength(1);
  socket.send('after');
  await soon(() => heard.at(-1)).toBe('after');
});

it('what was not said before the end is not said after it', async () => {
  const { line, client, heard } = await connect();
  line.write(textFrame('never'));
  line.end(4403, 'the end');
  line.write(textFrame('never'));
  const [code] = await once(client, 'close');
  expect([code, heard, line.isOpen]).toEqual([4403, [], false]);
});

it('counts what the client does not take, and is ready again when it has', async () => {
  const { socket } = await connect();
  const stream = new PassThrough({ highWaterMark: 1_000 });
  const line = new SocketLine(socket, stream, new JoinedFrames());
  const { signal } = new AbortController();
  line.write(textFrame('x'.repeat(2_000)));
  const waits = Array.from({ length: 20 }, () => line.ready(signal));
  const isReady = Promise.all(waits).then(() => true);
  expect(line.lag).toBeGreaterThan(2_000);
  expect(await Promise.race([isReady, new Promise((later) => setImmediate(() => later(false)))])).toBe(false);
  stream.resume();
  expect(await isReady).toBe(true);
  expect(line.lag).toBe(0);
});

it('nobody waits for a client that is gone', async () => {
  const { socket } = await connect();
  const stream = new PassThrough({ highWaterMark: 10 });
  const line = new SocketLine(socket, stream, new JoinedFrames());
  const ending = new AbortController();
  line.write(textFrame('x'.repeat(100)));
  const ready = line.ready(ending.signal);
  ending.abort();
  stream.destroy();
  await expect(ready).rejects.toThrow();
});

it('frames are put together anew for whoever gets others', () => {
  const joined = new JoinedFrames();
  const [one, two, three] = ['one', 'two', 'three'].map(textFrame);
  if (!one || !two || !three) throw new Error('there are no frames');
  expect(joined.of([one, two])).toEqual(Buffer.concat([one, two]));
  expect(joined.of([one, two])).toBe(joined.of([one, two]));
  for (const others of [[two, one], [one, three], [one], [one, two, three], []]) {
    expect(joined.of(others)).toEqual(Buffer.concat(others));
  }
});
