import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { Sight } from '@rollcall/types/access-sight';
import { userId as readUserId, sessionId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import { type WebSocket, WebSocketServer } from 'ws';
import { AccessWatch } from '../live/access-watch.ts';
import { JoinedFrames } from '../live/joined-frames.ts';
import { KeptEvents } from '../live/kept-events.ts';
import { SocketLine } from '../live/line.ts';
import { Presence } from '../live/presence.ts';
import { FakeFeed, joins } from '../live/testing/fake-feed.ts';
import { Viewer } from '../live/viewer.ts';

/**
 * A server for `infra/bench`, in a process of its own, whose clients watch the access log: it tells how many events were
 * delivered in a second of the processor’s time. `WATCH=plain` is what anybody would write first: each event is judged,
 * turned into text and sent for each socket by itself.
 */
const { SOCKETS = '1000', BURST = '1', WATCH = 'viewers' } = process.env;
const rounds = 30;
const pauseMs = 50;

const feed = new FakeFeed();
const organizationId = newId();
const watch = new AccessWatch({ feed, mayShow: () => true });
const presence = new Presence({
  road: { follow: () => undefined, tell: () => undefined, stop: () => undefined },
  counts: () => true,
});
const joined = new JoinedFrames();
let connected = 0;

const seat = (socket: WebSocket, stream: ConstructorParameters<typeof SocketLine>[1], userId: string): void => {
  const actor = {
    userId: readUserId.parse(userId),
    sessionId: sessionId.parse(newId()),
    tokenId: newId(),
    authenticatedAt: 0,
    methods: [],
  };
  const viewer = new Viewer(
    new SocketLine(socket, stream, joined),
    { actor, expiresAtMilliseconds: Number.MAX_SAFE_INTEGER },
    {
      journal: { events: new KeptEvents('1', 0, 1) },
      secondFactorDue: () => undefined,
      watch,
      presence,
      verifier: { verify: async () => refuse('unauthenticated') },
      sleep: async (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
      log: createLogger('gateway', 'silent'),
    },
  );
  viewer.hear('{"type":"subscribe","id":"s1","channel":"access"}');
};

const plainly = (socket: WebSocket, userId: string): void => {
  feed.onEntries((entries) => {
    for (const entry of entries) {
      const { reading } = feed;
      if (!reading || !new Sight(userId, reading).maySee(entry.concern)) continue;
      const { event } = entry;
      const resume = `${reading.epoch}-${event.position}`;
      socket.send(JSON.stringify({ type: 'event', id: 's1', revision: event.position, resume, event }));
    }
  });
};

const sockets = new WebSocketServer({ noServer: true });
const server = createServer();
server.on('upgrade', (request, stream, head) => {
  sockets.handleUpgrade(request, stream, head, (socket) => {
    const userId = newId();
    feed.tell(joins(userId, `organization:${organizationId}`));
    if (WATCH === 'plain') plainly(socket, userId);
    else seat(socket, stream, userId);
    connected++;
  });
});

/** So much as a command about an organization says. */
const data = { organizationId, name: 'A team of some people', before: null, note: 'x'.repeat(100) };

const deliver = async (times: number): Promise<void> => {
  for (let round = 0; round < times; round++) {
    for (let count = 0; count < Number(BURST); count++)
      Object.assign(feed.append({ organizations: [organizationId] }).event, { data });
    feed.tell();
    await delay(pauseMs);
  }
};

const measure = async (): Promise<number> => {
  const ticks = setInterval(() => watch.tick(), 100);
  await deliver(rounds / 4);
  const before = process.cpuUsage();
  await deliver(rounds);
  const { user, system } = process.cpuUsage(before);
  clearInterval(ticks);
  return (rounds * Number(BURST) * connected) / ((user + system) / 1_000_000);
};

await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
// `listen` on a port has an address of this form.
process.send?.((server.address() as AddressInfo).port);
while (connected < Number(SOCKETS)) await delay(20);
process.send?.(await measure());
