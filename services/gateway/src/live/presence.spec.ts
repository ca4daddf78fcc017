import { newId } from '@rollcall/service-kit/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Channel, readChannel } from './channel.ts';
import { Presence } from './presence.ts';
import { type PresenceMessage, readPresence } from './presence-message.ts';
import type { PresenceRoad } from './presence-road.ts';

const channel = readChannel(`organization:${newId()}`, '');
const [ann, bob, eve] = ['a', 'b', 'e'].map((letter) => `01980000-0000-7000-8000-00000000000${letter}`).sort();
if (!channel || !ann || !bob || !eve) throw new Error('nobody is there');

/** What joins the replicas; told at once, unless it is cut. */
class FakeRoad {
  readonly messages: PresenceMessage[] = [];
  isCut = false;
  readonly #ends = new Set<(message: PresenceMessage) => void>();

  end(): PresenceRoad {
    let take: ((message: PresenceMessage) => void) | undefined;
    return {
      follow: (listener) => {
        if (take) return;
        take = listener;
        this.#ends.add(listener);
      },
      tell: (message) => this.say(message),
      stop: () => take && this.#ends.delete(take),
    };
  }

  say(message: PresenceMessage): void {
    if (this.isCut) return;
    this.messages.push(message);
    for (const take of this.#ends) take(message);
  }
}

let road: FakeRoad;
let now: number;
let excluded: Set<string>;
let isKnown: boolean;
beforeEach(() => {
  road = new FakeRoad();
  now = 0;
  excluded = new Set();
  isKnown = true;
});

const replica = () => {
  const presence = new Presence({
    road: road.end(),
    counts: (userId) => (isKnown ? !excluded.has(userId) : undefined),
    clock: () => now,
  });
  presence.tick();
  return presence;
};
/** Somebody who watches and wants to know who else does. */
const asks = (presence: Presence, userId: string, on: Channel = channel) => {
  const told: (readonly [readonly string[], number])[] = [];
  const listener = {
    userId,
    channel: on,
    tellPresence: (...news: readonly [readonly string[], number]) => told.push(news),
  };
  presence.enter(userId, on);
  presence.listen(listener);
  return { told, listener, last: () => told.at(-1) };
};

describe('who is present', () => {
  it('is told at once, and again when it changes', () => {
    const presence = replica();
    const { told, last } = asks(presence, ann);
    expect(told).toEqual([[[], 0]]);
    presence.enter(bob, channel);
    presence.tick();
    expect(last()).toEqual([[bob], 1]);
    presence.leave(bob, channel);
    presence.tick();
    presence.tick();
    expect(told).toEqual([
      [[], 0],
      [[bob], 1],
      [[], 0],
    ]);
  });

  it('is everybody else, however many times they watch', () => {
    const presence = replica();
    const { last } = asks(presence, ann);
    for (const userId of [ann, bob, bob]) presence.enter(userId, channel);
    presence.leave(bob, channel);
    presence.tick();
    expect(last()).toEqual([[bob], 1]);
  });

  it('is of one channel alone', () => {
    const presence = replica();
    const other = readChannel(`organization:${newId()}`, '');
    if (!other) throw new Error('that is no channel');
    const { last } = asks(presence, ann);
    presence.enter(bob, other);
    presence.tick();
    expect(last()).toEqual([[], 0]);
  });

  it('names nobody who may not watch, and tells nobody who may not', () => {
    const presence = replica();
    const [one, two] = [asks(presence, ann), asks(presence, bob)];
    presence.enter(eve, channel);
    excluded = new Set([bob, eve]);
    presence.tick();
    expect([one.last(), two.last()]).toEqual([
      [[], 0],
      [[], 0],
    ]);
  });

  it('is told to nobody who does not listen any more', () => {
    const presence = replica();
    const { told, listener } = asks(presence, ann);
    presence.unlisten(listener);
    presence.enter(bob, channel);
    presence.tick();
    expect(told).toHaveLength(1);
  });

  it('stays as it was told while it is not known who may watch', () => {
    const presence = replica();
    const { told } = asks(presence, ann);
    presence.enter(bob, channel);
    isKnown = false;
    presence.tick();
    expect(told).toHaveLength(1);
    isKnown = true;
    presence.tick();
    expect(told).toHaveLength(2);
  });

  it('names a hundred, and counts the others', () => {
    const presence = replica();
    const { last } = asks(presence, ann);
    for (let count = 0; count < 150; count++) presence.enter(newId(), channel);
    presence.tick();
    expect([last()?.[0].length, last()?.[1]]).toEqual([100, 150]);
  });
});

describe('who is present at another replica', () => {
  it('is told as well, and when they leave', () => {
    const [here, there] = [replica(), replica()];
    const { last } = asks(here, ann);
    there.enter(bob, channel);
    there.tick();
    here.tick();
    expect(last()).toEqual([[bob], 1]);
    there.leave(bob, channel);
    there.tick();
    here.tick();
    expect(last()).toEqual([[], 0]);
  });

  it('is known soon to one that started later', () => {
    const there = replica();
    there.enter(bob, channel);
    there.tick();
    const here = replica();
    const late = asks(here, ann);
    expect(late.last()).toEqual([[], 0]);
    now += 2_000;
    there.tick();
    here.tick();
    expect(late.last()).toEqual([[bob], 1]);
  });

  it('is forgotten when that one says nothing any more', () => {
    const [here, there] = [replica(), replica()];
    const { last } = asks(here, ann);
    there.enter(bob, channel);
    there.tick();
    road.isCut = true;
    now += 5_999;
    here.tick();
    expect(last()).toEqual([[bob], 1]);
    now += 1;
    here.tick();
    expect(last()).toEqual([[], 0]);
  });

  it('is told in messages of bounded size, as often as needed', () => {
    const there = replica();
    road.messages.length = 0;
    for (let count = 0; count < 120; count++) {
      const one = readChannel(`project:${newId()}`, '');
      if (one) there.enter(bob, one);
    }
    there.tick();
    there.tick();
    expect(road.messages.map(({ channels }) => Object.keys(channels).length)).toEqual([50, 50, 20]);
  });

  it('is believed of a bounded number of replicas', () => {
    const here = replica();
    const { last } = asks(here, ann);
    for (let count = 0; count < 100; count++) road.say({ gateway: newId(), channels: { [channel.name]: [newId()] } });
    here.tick();
    expect(last()?.[1]).toBe(64);
  });
});

describe('a message of presence', () => {
  const readable = { gateway: newId(), channels: { access: [ann] } };

  it('is read', () => {
    expect(readPresence(Buffer.from(JSON.stringify(readable)))).toEqual(readable);
  });

  it.each([
    ['nothing', ''],
    ['no object', '[]'],
    ['nobody’s', JSON.stringify({ ...readable, gateway: 'x' })],
    ['about no people', JSON.stringify({ ...readable, channels: { access: ['x'] } })],
    ['about too many people', JSON.stringify({ ...readable, channels: { access: Array(101).fill(ann) } })],
    [
      'about too many channels',
      JSON.stringify({
        ...readable,
        channels: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`c${n}`, []])),
      }),
    ],
    ['with more', JSON.stringify({ ...readable, more: 1 })],
    ['too long', JSON.stringify(readable) + ' '.repeat(600_000)],
  ])('is not read when it is %s', (_, text) => {
    expect(readPresence(Buffer.from(text))).toBeUndefined();
  });
});
