import { newId } from '@rollcall/service-kit/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { leaves } from './testing/fake-feed.ts';
import { settled, Theatre } from './testing/theatre.ts';

const [acme, other] = [newId(), newId()];

const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

let theatre: Theatre;
beforeEach(() => {
  theatre = new Theatre();
});

const member = () => theatre.member(acme);

describe('whoever comes back', () => {
  it('sees exactly what came since, and then what comes', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 5; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from: '1-4' });
    theatre.feed.write({ organizations: [acme] });
    expect(line.heard('subscribed')).toMatchObject([{ revision: 4, resume: '1-4' }]);
    expect(line.positions()).toEqual([5, 6, 7]);
    expect(theatre.feed.historyReads).toBe(0);
  });

  it.each([4, '4', '1-4'])('may name a revision: %j', async (from) => {
    const { line, subscribe } = member();
    for (let count = 0; count < 5; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from });
    expect(line.positions()).toEqual([5, 6]);
  });

  it('sees all there is from the beginning, though much of it is long ago', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 6_000; count++) theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell();
    await subscribe('access', { from: 0 });
    await soon(() => line.positions().length).toBe(6_000);
    expect(line.positions()).toEqual(Array.from({ length: 6_000 }, (_, index) => index + 2));
  });

  it('misses nothing and sees nothing twice of what happens while the past is read', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 6_000; count++) theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell();
    theatre.feed.beforeHistory = async () => {
      theatre.feed.write({ organizations: [acme] });
      await settled();
      theatre.feed.write({ organizations: [acme] });
    };
    await subscribe('access', { from: 0 });
    await soon(() => theatre.feed.log.length - (line.positions().at(-1) ?? 0)).toBe(0);
    theatre.feed.write({ organizations: [acme] });
    expect(line.positions()).toEqual(Array.from({ length: theatre.feed.log.length - 1 }, (_, index) => index + 2));
  });

  it('sees of the past what they may see now', async () => {
    const { line, subscribe } = member();
    theatre.feed.write({ organizations: [other] });
    theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from: 0 });
    expect(line.positions()).toEqual([3]);
  });

  it('may come from a replica that was ahead', async () => {
    const { line, subscribe } = member();
    theatre.feed.append({ organizations: [acme] });
    theatre.feed.append({ organizations: [acme] });
    await subscribe('access', { from: '1-2' });
    expect(line.said).toEqual([]);
    theatre.feed.tell();
    await theatre.wake();
    expect(line.heard('subscribed')).toMatchObject([{ revision: 2 }]);
    expect(line.positions()).toEqual([3]);
  });

  it('but not from a revision that does not come', async () => {
    const { line, subscribe } = member();
    await subscribe('access', { from: 99 });
    for (let waited = 0; waited < 2_000; waited += 50) expect(await theatre.wake()).toEqual([50]);
    expect(line.said).toMatchObject([{ type: 'error', id: 's1', problem: { code: 'revision_unknown' } }]);
  });

  it('nor from another epoch of the log', async () => {
    const { line, subscribe } = member();
    await subscribe('access', { from: '2-1' });
    expect(line.said).toMatchObject([{ type: 'error', id: 's1', problem: { code: 'revision_unknown' } }]);
  });

  it.each(['', 'x', '-', '1-', '-1', '1.5', '1-1-1', '1-NaN', '9'.repeat(30), '1-1.', '1-1.1-0-0', -1, 1.5, null])(
    'nor from what is no place: %j',
    async (from) => {
      const { line, subscribe } = member();
      await subscribe('access', { from });
      expect(line.said).toMatchObject([{ type: 'error', id: 's1' }]);
      expect(['invalid_cursor', 'invalid_input']).toContain(line.said[0]?.problem?.code);
    },
  );

  it('is sent away when the log becomes another one', async () => {
    const { line, subscribe } = member();
    await subscribe('access');
    theatre.feed.reload();
    expect(line.closed).toBe(4408);
  });

  it('is sent away when the past turns out to be of another log', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 6_000; count++) theatre.feed.append();
    theatre.feed.tell();
    theatre.feed.beforeHistory = async () => void theatre.feed.epoch++;
    await subscribe('access', { from: 0 });
    await soon(() => line.closed).toBe(4408);
  });

  it('is sent away when the past cannot be read, after some attempts', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 6_000; count++) theatre.feed.append();
    theatre.feed.tell();
    theatre.feed.beforeHistory = () => Promise.reject(new Error('the owner is away'));
    await subscribe('access', { from: 0 });
    const pauses: number[] = [];
    while (line.closed === undefined) pauses.push(...(await theatre.wake()));
    expect([line.closed, pauses]).toEqual([4408, [50, 100, 200, 400, 800]]);
  });

  it('reads the past but once with all who come back to the same place', async () => {
    for (let count = 0; count < 6_000; count++) theatre.feed.append();
    theatre.feed.tell();
    const before = theatre.feed.log.length - 2_200;
    const crowd = Array.from({ length: 100 }, () => member());
    await Promise.all(crowd.map(({ subscribe }) => subscribe('access', { from: before })));
    await soon(() => theatre.feed.historyReads).toBeGreaterThan(0);
    expect(theatre.feed.historyReads).toBeLessThan(10);
  });
});

it('one connection reads the past for one subscription at a time', async () => {
  const { subscribe } = member();
  for (let count = 0; count < 6_000; count++) theatre.feed.append();
  theatre.feed.tell();
  const waiting: (() => void)[] = [];
  theatre.feed.beforeHistory = () => new Promise((go) => waiting.push(go));
  for (let count = 0; count < 4; count++) await subscribe('access', { id: `s${count}`, from: count });
  expect(theatre.feed.historyReads).toBe(1);
  waiting.shift()?.();
  await settled();
  expect(theatre.feed.historyReads).toBe(2);
});

it('few read the past at once, however many wait for it', async () => {
  const crowd = Array.from({ length: 10 }, () => member());
  for (let count = 0; count < 6_000; count++) theatre.feed.append();
  theatre.feed.tell();
  theatre.feed.beforeHistory = () => new Promise(() => undefined);
  for (const [place, { subscribe }] of crowd.entries()) await subscribe('access', { from: place });
  expect(theatre.feed.historyReads).toBe(4);
});

describe('a playback', () => {
  it('takes as long as it took, divided by its speed', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 3; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from: 0, speed: 4 });
    expect(line.positions()).toEqual([2]);
    expect(await theatre.wake()).toEqual([250]);
    expect(line.positions()).toEqual([2, 3]);
    expect(await theatre.wake()).toEqual([250]);
    theatre.feed.write({ organizations: [acme] });
    expect(line.positions()).toEqual([2, 3, 4, 5]);
  });

  it('counts what is not shown as time that passes, and waits no longer than five seconds', async () => {
    const { line, subscribe } = member();
    theatre.feed.write({ organizations: [acme] });
    for (let count = 0; count < 2; count++) theatre.feed.write({ organizations: [other] });
    theatre.feed.write({ organizations: [acme] });
    for (let count = 0; count < 1_000; count++) theatre.feed.append();
    theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell();
    await subscribe('access', { from: 0, speed: 1 });
    expect(await theatre.wake()).toEqual([3_000]);
    expect(await theatre.wake()).toEqual([5_000]);
    expect(line.positions()).toEqual([2, 5, 1_006]);
  });

  it('shows nothing more once the right to see it has ended meanwhile', async () => {
    const { userId, line, subscribe } = member();
    for (let count = 0; count < 3; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from: 0, speed: 1 });
    theatre.feed.write({}, leaves(userId, `organization:${acme}`));
    await theatre.wake();
    expect([line.positions(), line.closed]).toEqual([[2], undefined]);
  });

  it('ends with the right to its channel', async () => {
    const { userId, line, subscribe } = member();
    for (let count = 0; count < 3; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe(`organization:${acme}`, { from: 0, speed: 1 });
    theatre.feed.write({ users: [userId] }, leaves(userId, `organization:${acme}`));
    await theatre.wake();
    expect([line.positions(), line.closed]).toEqual([[2], 4403]);
  });

  it('waits for a client that does not keep up, instead of sending it away', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 1_500; count++) theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell();
    line.isStalled = true;
    await subscribe('access', { from: 0 });
    const ahead = line.positions().length;
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThan(1_000);
    while (line.positions().length < 1_500) {
      line.takes();
      await settled();
    }
    expect([line.closed, line.positions().length]).toEqual([undefined, 1_500]);
  });

  it('ends with its subscription', async () => {
    const { line, subscribe, viewer } = member();
    for (let count = 0; count < 3; count++) theatre.feed.write({ organizations: [acme] });
    await subscribe('access', { from: 0, speed: 1 });
    viewer.hear('{"type":"unsubscribe","id":"s1"}');
    await theatre.wake();
    expect(line.positions()).toEqual([2]);
  });
});
