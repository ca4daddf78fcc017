import { randomBytes } from 'node:crypto';
import type { PeerListener, Poke } from '@rollcall/event-store/peers';
import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { type OwnNats, startOwnNats } from '@rollcall/testing/own-nats';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NatsPeers } from './nats-peers.ts';
import { PeerMessages } from './peer-messages.ts';

type Spoken = { readonly id: string };
type Refusal = { readonly refused: 'no' };
type Peers = NatsPeers<Spoken, string, Refusal>;

const log = createLogger('host', 'silent');
let nats: OwnNats;
beforeAll(async () => {
  nats = await startOwnNats();
});
afterAll(() => nats.stop());

const opened = () => {
  const bus = new Bus({ url: nats.url, token: nats.token, name: 'spec', log });
  onTestFinished(() => bus.close());
  return bus;
};

/** A replica that keeps what it hears, and decides nothing unless told. */
const joined = async (
  stream: string,
  { secret = 'shared', decide }: { secret?: string; decide?: PeerListener<Spoken, string, Refusal>['forwarded'] } = {},
) => {
  const bus = opened();
  const peers: Peers = new NatsPeers({ bus, stream, messages: new PeerMessages(secret), log });
  const heard: Poke<string>[] = [];
  const deaf = peers.listen({
    poked: (poke) => heard.push(poke),
    forwarded: decide ?? (async (commands) => commands.map(() => ({ status: 'unavailable' as const }))),
  });
  onTestFinished(deaf);
  // A replica hears itself too, once it listens.
  const probe = { by: peers.self, leads: true, epoch: 0, position: 0, after, entries: [] };
  await expect
    .poll(() => {
      peers.poke(probe);
      return heard.length;
    })
    .toBeGreaterThan(0);
  return { bus, peers, heard, fromOthers: () => heard.filter(({ epoch }) => epoch > 0) };
};
const after = { position: 0, id: null, at: 0 };
const streamName = (): string => randomBytes(6).toString('hex');
const entry = (position: number, event = 'x') => ({
  id: `${position}`,
  commandId: 'c',
  index: 0,
  event,
  position,
  at: 7,
});

describe('replicas over NATS', () => {
  it('hear what each of them appended', async () => {
    const stream = streamName();
    const [one, other] = [await joined(stream), await joined(stream)];
    const poke = { by: one.peers.self, leads: true, epoch: 1, position: 2, after, entries: [entry(1), entry(2)] };
    one.peers.poke(poke);
    await expect.poll(other.fromOthers).toEqual([poke]);
  });

  it('hear where the head is when what was appended does not fit a message', async () => {
    const stream = streamName();
    const [one, other] = [await joined(stream), await joined(stream)];
    one.peers.poke({
      by: one.peers.self,
      leads: true,
      epoch: 1,
      position: 1,
      after,
      entries: [entry(1, 'x'.repeat(2_000_000))],
    });
    await expect
      .poll(other.fromOthers)
      .toEqual([{ by: one.peers.self, leads: true, epoch: 1, position: 1, after, entries: [] }]);
  });

  it('decide for each other', async () => {
    const stream = streamName();
    const leader = await joined(stream, {
      decide: async (commands) =>
        commands.map(({ id }) =>
          id === 'bad'
            ? { status: 'failed', cause: new Error('a defect') }
            : { status: 'accepted', revision: Number(id), epoch: 1 },
        ),
    });
    const { peers } = await joined(stream);
    expect(await peers.forward(leader.peers.self, [{ id: '7' }, { id: 'bad' }])).toEqual([
      { status: 'accepted', revision: 7, epoch: 1 },
      { status: 'failed', cause: 'Error: a defect' },
    ]);
  });

  it('do not wait for one that is not there, nor for what does not fit a message', async () => {
    const { peers } = await joined(streamName());
    await expect(peers.forward('nobody', [{ id: '1' }])).rejects.toThrow();
    await expect(peers.forward(peers.self, [{ id: 'x'.repeat(2_000_000) }])).rejects.toThrow('cannot be sent');
  });

  it('keep streams apart', async () => {
    const [one, other] = [await joined(streamName()), await joined(streamName())];
    one.peers.poke({ by: one.peers.self, leads: true, epoch: 1, position: 1, after, entries: [] });
    await one.bus.connection.flush();
    await other.bus.connection.flush();
    expect(other.fromOthers()).toEqual([]);
  });

  it('believe nobody who cannot read the tables of the service', async () => {
    const stream = streamName();
    const decided: string[] = [];
    const replica = await joined(stream, {
      decide: async (commands) => {
        decided.push(...commands.map(({ id }) => id));
        return [];
      },
    });
    const mallory = new NatsPeers<Spoken, string, Refusal>({
      bus: opened(),
      stream,
      messages: new PeerMessages('guessed'),
      log,
    });
    await expect
      .poll(async () => {
        mallory.poke({ by: 'm', leads: true, epoch: 1, position: 9, after, entries: [] });
        return mallory.forward(replica.peers.self, [{ id: 'evil' }]).catch(() => 'asked');
      })
      .toBe('asked');
    // What was overheard is no use at another place.
    await replica.bus.connection.flush();
    expect(replica.fromOthers()).toEqual([]);
    expect(decided).toEqual([]);
  });

  it('hear each other again when NATS was away, and fail at once while it is', async () => {
    const stream = streamName();
    const [one, other] = [await joined(stream), await joined(stream)];
    await nats.kill();
    await expect.poll(() => one.bus.connected).toBe(false);
    one.peers.poke({ by: one.peers.self, leads: true, epoch: 1, position: 1, after, entries: [] });
    await expect(one.peers.forward(other.peers.self, [{ id: '1' }])).rejects.toThrow();
    await nats.start();
    await expect
      .poll(
        () => {
          one.peers.poke({ by: one.peers.self, leads: true, epoch: 1, position: 2, after, entries: [] });
          return other.fromOthers().length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    expect(other.fromOthers()[0]?.position).toBe(2);
  });
});
