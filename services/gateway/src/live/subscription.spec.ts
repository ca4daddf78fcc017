import { newId } from '@rollcall/service-kit/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { joins, joinsUntil, leaves, owns, readsAll, readsAllNoMore } from './testing/fake-feed.ts';
import { Theatre } from './testing/theatre.ts';

const [acme, other, site] = [newId(), newId(), newId()];

const projectOf = (id: string) => ({ id, owners: [`organization:${acme}`] });

let theatre: Theatre;
beforeEach(() => {
  theatre = new Theatre();
});

const member = () => theatre.member(acme);
/** Somebody who sees everything. */
const reader = () => {
  const seat = theatre.seat();
  theatre.feed.write({}, readsAll(seat.userId));
  return seat;
};

describe('a channel', () => {
  it.each([
    ['an organization that one does not belong to', `organization:${other}`],
    ['an organization that there is not', `organization:${newId()}`],
    ['a project that one is not in', `project:${site}`],
    ['somebody else', `user:${newId()}`],
    ['an id that is none', 'organization:x'],
    ['an id in upper case', `organization:${acme.toUpperCase()}`],
    ['an organization of organizations', `organization:${acme}:${acme}`],
    ['what there is not', 'everything'],
    ['nothing', ''],
  ])('is not there: %s', async (_, channel) => {
    const { line, subscribe } = member();
    await subscribe(channel);
    expect(line.said).toMatchObject([{ type: 'error', id: 's1', problem: { code: 'not_found' } }]);
    theatre.feed.write({ organizations: [other], project: projectOf(site) });
    expect(line.said).toHaveLength(1);
  });

  it('of an organization has what is about it, for its members', async () => {
    const { line, subscribe } = member();
    await subscribe(`organization:${acme}`);
    expect(line.heard('subscribed')).toMatchObject([{ id: 's1', revision: 1, resume: '1-1' }]);
    theatre.feed.write({ organizations: [other] });
    const seen = theatre.feed.write({ organizations: [acme] });
    expect(line.heard('event')).toEqual([
      { type: 'event', id: 's1', revision: 3, resume: '1-3', event: JSON.parse(JSON.stringify(seen.event)) },
    ]);
  });

  it('of a project has what is about it, for its members', async () => {
    const seat = theatre.seat();
    theatre.feed.write({}, joins(seat.userId, `project:${site}`), owns(acme, site));
    await seat.subscribe(`project:${site}`);
    theatre.feed.write({ organizations: [acme], project: projectOf(newId()) });
    theatre.feed.write({ organizations: [acme], project: projectOf(site) });
    expect(seat.line.positions()).toEqual([3]);
  });

  it('of a person has what is about them, for themselves and for who sees everything', async () => {
    const [self, boss] = [theatre.seat(), reader()];
    await self.subscribe('user:me');
    await boss.subscribe(`user:${self.userId}`);
    theatre.feed.write({ users: [boss.userId] });
    theatre.feed.write({ users: [newId(), self.userId] });
    expect([self.line.positions(), boss.line.positions()]).toEqual([[3], [3]]);
  });

  it('`access` has everything for who sees everything, and for others what they may see', async () => {
    const [boss, one] = [reader(), member()];
    await boss.subscribe('access');
    await one.subscribe('access');
    theatre.feed.write({ organizations: [acme] });
    theatre.feed.write({ organizations: [other] });
    theatre.feed.write({ users: [one.userId] });
    theatre.feed.write({ project: projectOf(site) });
    expect(boss.line.positions()).toEqual([3, 4, 5, 6]);
    expect(one.line.positions()).toEqual([3, 5]);
  });

  it('is told in two subscriptions as in one each, and not after it was left', async () => {
    const { line, subscribe, viewer } = member();
    await subscribe('access', { id: 'a' });
    await subscribe(`organization:${acme}`, { id: 'b' });
    theatre.feed.write({ organizations: [acme] });
    viewer.hear('{"type":"unsubscribe","id":"a"}');
    theatre.feed.write({ organizations: [acme] });
    expect([line.positions('a'), line.positions('b')]).toEqual([[2], [2, 3]]);
  });

  it('taken under a name that is in use takes its place', async () => {
    const { line, subscribe } = member();
    await subscribe('access');
    await subscribe(`organization:${acme}`);
    theatre.feed.write({ organizations: [acme] });
    expect(line.positions()).toEqual([2]);
  });
});

describe('a right that ends', () => {
  it('closes the connection, before anything later is shown', async () => {
    const { userId, line, subscribe } = member();
    await subscribe(`organization:${acme}`);
    theatre.feed.append({ organizations: [acme] });
    theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell(leaves(userId, `organization:${acme}`));
    expect([line.closed, line.positions()]).toEqual([4403, []]);
  });

  it('closes the connection although nothing is there to be shown', async () => {
    const { userId, line, subscribe } = member();
    await subscribe(`organization:${acme}`);
    theatre.clock += 1_000;
    theatre.feed.write({ organizations: [other] }, leaves(userId, `organization:${acme}`));
    expect(line.closed).toBe(4403);
  });

  it('closes the connection on the next look, however much news there is', async () => {
    const { userId, line, subscribe } = member();
    await subscribe(`organization:${acme}`);
    theatre.feed.write();
    theatre.feed.write({}, leaves(userId, `organization:${acme}`));
    theatre.watch.tick();
    expect(line.closed).toBe(4403);
  });

  it('with time closes the connection without any news', async () => {
    const { userId, line, subscribe } = theatre.seat();
    theatre.feed.write({}, joinsUntil(userId, `organization:${acme}`, theatre.feed.now + 1));
    await subscribe(`organization:${acme}`);
    theatre.watch.tick();
    expect(line.closed).toBeUndefined();
    theatre.feed.now++;
    theatre.watch.tick();
    expect(line.closed).toBe(4403);
  });

  it('to see everything closes `access`, where less is left to see', async () => {
    const { userId, line, subscribe } = reader();
    await subscribe('access');
    theatre.feed.write({}, readsAllNoMore(userId));
    expect([line.closed, line.positions()]).toEqual([4403, []]);
  });

  it.each([
    ['to manage all access, on `access`', 'permission:access.manage', 'holder', 'access'],
    ['of an admin who is a member from then on', `organization:${acme}`, 'admin', `organization:${acme}`],
  ])('closes a channel of which less is left to see: %s', async (_, object, relation, channel) => {
    const { userId, line, subscribe } = member();
    theatre.feed.write({}, joins(userId, object, relation));
    await subscribe(channel);
    theatre.feed.write({ organizations: [acme] }, leaves(userId, object, relation));
    expect([line.closed, line.positions()]).toEqual([4403, []]);
  });

  it('because somebody is suspended closes the connection, and opens no channel again', async () => {
    const { userId, line, subscribe } = reader();
    await subscribe('user:me');
    theatre.feed.write({ users: [userId] }, { bar: `user:${userId}` });
    expect([line.closed, line.positions()]).toEqual([4403, []]);
    const again = theatre.seat(userId);
    for (const channel of ['access', 'user:me', 'activity', `organization:${acme}`]) await again.subscribe(channel);
    theatre.feed.write({ users: [userId] });
    expect(again.line.said.map(({ problem }) => problem?.code)).toEqual(Array(4).fill('not_found'));
  });

  it('stays where only one way to it has ended', async () => {
    const { userId, line, subscribe } = member();
    theatre.feed.write({}, readsAll(userId));
    await subscribe(`organization:${acme}`);
    theatre.feed.write({ organizations: [acme] }, leaves(userId, `organization:${acme}`));
    expect([line.closed, line.positions()]).toEqual([undefined, [3]]);
  });
});

describe('while the present is not known', () => {
  it('nothing is shown, and all of it afterwards, by what is true then', async () => {
    const [one, two] = [member(), member()];
    await one.subscribe(`organization:${acme}`);
    await two.subscribe(`organization:${acme}`);
    theatre.feed.isKnown = false;
    theatre.feed.write({ organizations: [acme] });
    theatre.feed.write({ organizations: [acme] }, leaves(two.userId, `organization:${acme}`));
    theatre.watch.tick();
    expect([one.line.positions(), two.line.positions(), two.line.closed]).toEqual([[], [], undefined]);
    theatre.feed.isKnown = true;
    theatre.watch.tick();
    expect([one.line.positions(), two.line.positions(), two.line.closed]).toEqual([[3, 4], [], 4403]);
  });

  it('nor whose session has ended, likewise', async () => {
    const { line, subscribe } = member();
    await subscribe('access');
    theatre.areSessionsKnown = false;
    theatre.feed.write({ organizations: [acme] });
    expect(line.positions()).toEqual([]);
    await subscribe('access', { id: 's2' });
    expect(line.heard('error')).toMatchObject([{ id: 's2', problem: { code: 'unavailable' } }]);
    theatre.areSessionsKnown = true;
    theatre.watch.tick();
    expect(line.positions()).toEqual([2]);
  });

  it('so much is held back, and then everybody has to come back', async () => {
    const { line, subscribe } = member();
    await subscribe('access');
    theatre.feed.isKnown = false;
    for (let count = 0; count < 10_000; count++) theatre.feed.append({ organizations: [acme] });
    theatre.feed.tell();
    expect(line.closed).toBeUndefined();
    theatre.feed.write();
    expect([line.closed, line.positions()]).toEqual([4408, []]);
  });
});

describe('a client', () => {
  it('that does not keep up with the present is sent away, to go on after the last that it got', async () => {
    const { line, subscribe } = member();
    await subscribe('access');
    line.isStalled = true;
    while (line.closed === undefined) theatre.feed.write({ organizations: [acme] });
    expect(line.closed).toBe(4408);
    expect(line.lag).toBeLessThan(1_100_000);
    expect(line.positions()).toEqual(line.positions().map((_, index) => index + 2));
  });

  it('learns by a ping where quiet subscriptions would go on', async () => {
    const { line, subscribe, viewer } = member();
    await subscribe(`organization:${acme}`);
    for (let count = 0; count < 3; count++) theatre.feed.write({ organizations: [other] });
    viewer.hear('{"type":"ping"}');
    expect(line.heard('pong')).toEqual([{ type: 'pong', resume: { s1: '1-4' } }]);
  });

  it('has at most fifty subscriptions', async () => {
    const { line, subscribe } = member();
    for (let count = 0; count < 51; count++) await subscribe('access', { id: `s${count}` });
    expect(line.heard('subscribed')).toHaveLength(50);
    expect(line.heard('error')).toMatchObject([{ id: 's50', problem: { code: 'rate_limited' } }]);
    await subscribe('access', { id: 's7' });
    expect(line.heard('subscribed')).toHaveLength(51);
  });
});
