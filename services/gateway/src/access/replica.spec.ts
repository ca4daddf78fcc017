import { VirtualTiming } from '@rollcall/event-store/testing/virtual-timing';
import { newId } from '@rollcall/service-kit/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeAccess } from '../testing/fake-access.ts';
import { AccessReplica } from './replica.ts';

let timing: VirtualTiming;
let owner: FakeAccess;
let replica: AccessReplica;
let reported: unknown[];
const ann = newId();

beforeEach(() => {
  timing = new VirtualTiming();
  owner = new FakeAccess();
  reported = [];
  replica = new AccessReplica({ timing, report: (error) => reported.push(error) });
});

const pass = (milliseconds: number) => new Promise<void>((done) => timing.after(milliseconds, done));
/** What the replica asks on from. */
const place = () => {
  const known = replica.place;
  if (!known) throw new Error('nothing is there');
  return known;
};
const load = (revision?: number) => replica.takeGraph(owner.whole(revision), timing.elapsed());
/** Asks a replica of the owner that knows so much. */
const ask = (revision?: number, limit?: number) =>
  replica.takeChanges(owner.changes(place(), revision, limit), timing.elapsed());
const holds = (permission: string, user = ann) => {
  const { reading } = replica;
  return reading?.graph.check(`user:${user}`, 'holder', `permission:${permission}`, reading.now);
};

describe('what a replica is read for', () => {
  it('is nothing before the graph is there', () => {
    expect(replica.reading).toBeUndefined();
    expect(replica.takeChanges(owner.changes({ epoch: 1, revision: 0, place: '' }), timing.elapsed())).toBe('reload');
  });

  it('is what the owner has: its tuples, whoever is barred, its revision and epoch', () => {
    owner.grant(ann, 'a');
    const bea = newId();
    owner.grant(bea, 'a');
    owner.write({ bar: `user:${bea}` });
    load();
    expect(replica.reading).toMatchObject({ revision: 3, epoch: 1 });
    expect([holds('a'), holds('b'), holds('a', bea)]).toEqual([true, false, false]);
  });

  it('is so for a second after contact, and not a moment longer', async () => {
    load();
    await pass(1_000);
    expect(replica.reading).toBeDefined();
    await pass(1);
    expect(replica.reading).toBeUndefined();
    ask();
    expect(replica.reading).toBeDefined();
  });

  it('is so for less by what the owner was old itself', async () => {
    owner.age = 400;
    load();
    await pass(600);
    expect(replica.reading).toBeDefined();
    await pass(1);
    expect(replica.reading).toBeUndefined();
  });

  it('counts from when it was asked, however long the answer took', async () => {
    const whole = owner.whole();
    const sentAt = timing.elapsed();
    await pass(1_001);
    replica.takeGraph(whole, sentAt);
    expect(replica.reading).toBeUndefined();
  });

  it('is judged by the clock of this machine, but never by a time before the newest entry', () => {
    owner.grant(ann, 'a');
    load();
    expect(replica.reading?.now).toBe(timing.now());
    timing.skew(-timing.now());
    expect(replica.reading?.now).toBe(1_000);
    owner.grant(ann, 'b');
    ask();
    expect(replica.reading?.now).toBe(2_000);
  });

  it('is not made younger by a wall clock that is set back', async () => {
    load();
    await pass(1_001);
    timing.skew(-10_000);
    expect(replica.reading).toBeUndefined();
  });
});

describe('what follows on', () => {
  beforeEach(() => {
    owner.grant(ann, 'a');
    load();
  });

  it('is there at once, and told once, in order, after the graph has it', () => {
    const told: (readonly [number, boolean | undefined])[] = [];
    replica.onEntries((entries) => {
      for (const { event } of entries) told.push([event.position, holds('c')]);
    });
    owner.grant(ann, 'b');
    owner.grant(ann, 'c');
    expect(ask()).toBe('current');
    expect(ask()).toBe('current');
    expect(told).toEqual([
      [2, true],
      [3, true],
    ]);
    owner.write({ remove: { user: `user:${ann}`, relation: 'holder', object: 'permission:c' } });
    ask();
    expect(holds('c')).toBe(false);
  });

  it('is no contact while there is more of it', async () => {
    owner.grant(ann, 'b');
    owner.grant(ann, 'c');
    await pass(1_001);
    expect(ask(undefined, 1)).toBe('more');
    expect(replica.reading).toBeUndefined();
    expect(ask(undefined, 1)).toBe('current');
    expect(replica.reading?.revision).toBe(3);
  });

  it('reaches those who listen even if another listener fails', () => {
    const told: number[] = [];
    replica.onEntries(() => {
      throw new Error('a listener fails');
    });
    replica.onEntries((entries) => told.push(entries.length));
    owner.grant(ann, 'b');
    expect(ask()).toBe('current');
    expect([told, reported.length]).toEqual([[1], 1]);
  });

  it('reaches nobody who has stopped to listen', () => {
    const told: number[] = [];
    replica.onEntries((entries) => told.push(entries.length))();
    owner.grant(ann, 'b');
    ask();
    expect(told).toEqual([]);
  });
});

describe('an owner’s replica that lags behind', () => {
  beforeEach(async () => {
    owner.grant(ann, 'a');
    owner.write({ remove: { user: `user:${ann}`, relation: 'holder', object: 'permission:a' } });
    load();
    await pass(100);
    // It has heard nothing since before the replica got its newest entry.
    owner.age = 150;
  });

  it('takes nothing back and is no contact', async () => {
    expect(ask(1)).toBe('old');
    expect(replica.reading?.revision).toBe(2);
    expect(holds('a')).toBe(false);
    await pass(901);
    expect(replica.reading).toBeUndefined();
  });

  it('is not loaded from', () => {
    expect(load(1)).toBe(false);
    expect(replica.reading?.revision).toBe(2);
  });

  it('is not loaded from either when nothing is left here', () => {
    owner.age = 0;
    replica.takeChanges({ ...owner.changes(place()), revision: 3, entries: [], reload: false }, timing.elapsed());
    expect(replica.place).toBeUndefined();
    owner.age = 150;
    expect(load(1)).toBe(false);
    expect(load(2)).toBe(true);
  });
});

describe('a history that is over', () => {
  beforeEach(async () => {
    owner.grant(ann, 'a');
    owner.grant(ann, 'b');
    load();
    await pass(100);
  });

  it('is not read any more once the owner has less, though it knew all of the log later than what is here came', () => {
    owner.restoreTo(1);
    expect(ask()).toBe('reload');
    expect(replica.reading).toBeUndefined();
    expect(load()).toBe(true);
    expect(replica.reading?.revision).toBe(1);
    expect(holds('b')).toBe(false);
  });

  it('is loaded over even when that shows only while loading', () => {
    owner.restoreTo(1);
    expect(load()).toBe(true);
    expect(holds('b')).toBe(false);
  });

  it('is not read any more once another epoch is heard of, and does not come back with one who has not heard of it', () => {
    const late = owner.whole();
    owner.epoch = 2;
    expect(ask()).toBe('reload');
    expect(replica.reading).toBeUndefined();
    expect(replica.takeGraph(late, timing.elapsed())).toBe(false);
    expect(load()).toBe(true);
    expect(replica.reading).toMatchObject({ epoch: 2, revision: 2 });
    expect(replica.takeChanges({ ...late, reload: false, entries: [], changes: [] }, timing.elapsed())).toBe('old');
    expect(replica.reading).toMatchObject({ epoch: 2 });
  });

  it('does not lend its freshness to the one that took its place', async () => {
    owner.epoch = 2;
    owner.age = 900;
    load();
    await pass(101);
    expect(replica.reading).toBeUndefined();
  });

  it('is known by the event that stands at the same position', () => {
    owner.restoreTo(1);
    owner.grant(ann, 'c');
    owner.grant(ann, 'd');
    expect(ask()).toBe('reload');
    load();
    expect([holds('b'), holds('c'), holds('d')]).toEqual([false, true, true]);
  });
});

describe('an answer that does not follow on', () => {
  beforeEach(() => {
    owner.grant(ann, 'a');
    load();
  });
  const isGone = () => {
    expect(replica.reading).toBeUndefined();
    expect(reported).toHaveLength(1);
    expect(load()).toBe(true);
    expect(replica.reading).toBeDefined();
  };

  it('with a hole in it ends all reading until the graph is loaded anew', () => {
    owner.grant(ann, 'b');
    owner.grant(ann, 'c');
    owner.grant(ann, 'd');
    const changes = owner.changes(place());
    const entries = changes.entries.filter(({ event }) => event.position !== 3);
    expect(replica.takeChanges({ ...changes, entries }, timing.elapsed())).toBe('reload');
    isGone();
    expect(holds('c')).toBe(true);
  });

  it('that begins too late does so too', () => {
    owner.grant(ann, 'b');
    owner.grant(ann, 'c');
    const changes = owner.changes(place());
    expect(replica.takeChanges({ ...changes, entries: changes.entries.slice(1) }, timing.elapsed())).toBe('reload');
    isGone();
  });

  it('that knows of more and tells of none of it does so too', () => {
    const changes = owner.changes(place());
    expect(replica.takeChanges({ ...changes, revision: 2 }, timing.elapsed())).toBe('reload');
    isGone();
  });

  it('that the model does not allow does so too, whatever of it was applied', () => {
    owner.grant(ann, 'b');
    const changes = owner.changes(place());
    const odd = { write: { user: `user:${ann}`, relation: 'owner', object: 'organization:x' } };
    const told = { ...changes, changes: [...changes.changes, odd] };
    expect(replica.takeChanges(told, timing.elapsed())).toBe('reload');
    isGone();
  });
});

describe('loading anew', () => {
  beforeEach(() => {
    owner.grant(ann, 'a');
    load();
  });

  it('leaves what is here as right as it was while it is fresh, if it is only too far behind', async () => {
    owner.grant(ann, 'b');
    expect(replica.takeChanges({ ...owner.changes(place()), reload: true }, timing.elapsed())).toBe('reload');
    expect(replica.reading?.revision).toBe(1);
    await pass(1_001);
    expect(replica.reading).toBeUndefined();
  });

  it('is due when the owner has another model', () => {
    owner.modelDigest = 'another';
    expect(ask()).toBe('reload');
  });

  it('is told to those who watch, but for the first time', () => {
    let told = 0;
    const stop = replica.onReload(() => told++);
    load();
    expect(told).toBe(1);
    stop();
    load();
    expect(told).toBe(1);
  });

  it('refuses a damaged graph, and one that is not of the revision that it is said to be', () => {
    const whole = owner.whole();
    const broken = `${whole.snapshot.slice(0, -8)}AAAAAAA=`;
    expect(() => replica.takeGraph({ ...whole, snapshot: broken }, timing.elapsed())).toThrow();
    expect(() => replica.takeGraph({ ...whole, revision: 2 }, timing.elapsed())).toThrow('another revision');
    expect(replica.reading?.revision).toBe(1);
  });
});

describe('waiting for a revision', () => {
  beforeEach(() => {
    owner.grant(ann, 'a');
    load();
  });

  it('ends at once for what is here, of this history or of the present one', async () => {
    expect(await replica.reached(1, 1, 10)).toBe('reached');
    expect(await replica.reached(1, undefined, 10)).toBe('reached');
  });

  it('ends when it comes', async () => {
    const waiting = replica.reached(2, undefined, 10_000);
    owner.grant(ann, 'b');
    ask();
    expect(await waiting).toBe('reached');
  });

  it('ends for want of patience', async () => {
    expect(await replica.reached(2, 1, 10)).toBe('timeout');
  });

  it('is in vain for another epoch: at once for one that is over, and after a while for one that nobody heard of', async () => {
    expect(await replica.reached(1, 0, 10)).toBe('unknown_epoch');
    expect(await replica.reached(1, 2, 10)).toBe('unknown_epoch');
  });
});
