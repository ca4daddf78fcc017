import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordedAccessEvent } from './domain/events.ts';
import { placeOf, RecentChanges } from './recent-changes.ts';

/** What stands at a position; another history has other events there. */
const entry = (position: number, history = 'a'): RecordedAccessEvent => ({
  position,
  id: `${history}${position}`,
  commandId: `${position}`,
  index: 0,
  at: position,
  event: {
    type: 'permission.created',
    subject: `p${position}`,
    data: { name: `p${position}`, description: '' },
    subjectSequence: 1,
    cause: { actor: 'service:spec', correlationId: 'spec' },
  },
});
const entries = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => entry(from + n));
const change = (name: string) => ({ bar: name });
const at = (position: number, history = 'a') => ({
  revision: position,
  place: position === 0 ? placeOf({ id: null, at: 0 }) : placeOf(entry(position, history)),
});
const positions = (news: { readonly entries: readonly RecordedAccessEvent[] } | undefined) =>
  news?.entries.map(({ position }) => position);

let recent: RecentChanges;
beforeEach(() => {
  recent = new RecentChanges(6);
  recent.recorded(entries(1, 2), [change('first')]);
  recent.recorded(entries(3, 5), [change('second')]);
  recent.recorded(entries(6, 6), [change('third')]);
});

describe('what came after a revision', () => {
  it('is all of it, with what it changed, in order', () => {
    expect(positions(recent.after(at(2), at(6), 100))).toEqual([3, 4, 5, 6]);
    expect(recent.after(at(2), at(6), 100)?.changes).toEqual([change('second'), change('third')]);
    expect(positions(recent.after(at(0), at(6), 100))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is nothing for whoever has the newest, even if none of it was recorded here', () => {
    expect(recent.after(at(6), at(6), 100)).toEqual({ entries: [], changes: [] });
    expect(new RecentChanges().after(at(9), at(9), 100)).toEqual({ entries: [], changes: [] });
  });

  it('is found from within what came together here: another replica may have got it in parts', () => {
    expect(positions(recent.after(at(4), at(6), 100))).toEqual([5, 6]);
    // What became of all that entries 3 to 5 touched is so for whoever has the first of them as well.
    expect(recent.after(at(4), at(6), 100)?.changes).toEqual([change('second'), change('third')]);
  });

  it('comes in parts of about so many entries, at least one of which is never empty', () => {
    expect(positions(recent.after(at(0), at(6), 2))).toEqual([1, 2]);
    expect(positions(recent.after(at(0), at(6), 4))).toEqual([1, 2]);
    expect(positions(recent.after(at(0), at(6), 5))).toEqual([1, 2, 3, 4, 5]);
    expect(positions(recent.after(at(2), at(6), 1))).toEqual([3, 4, 5]);
  });
});

describe('whoever must load the whole', () => {
  it('is further behind than what is kept', () => {
    recent.recorded(entries(7, 9), []);
    expect(recent.after(at(1), at(9), 100)).toBeUndefined();
    expect(positions(recent.after(at(3), at(9), 100))).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('is ahead of what is here', () => {
    expect(recent.after(at(7), at(6), 100)).toBeUndefined();
  });

  it('has another event at that position, be it the newest or not', () => {
    expect(recent.after(at(4, 'b'), at(6), 100)).toBeUndefined();
    expect(recent.after(at(6, 'b'), at(6), 100)).toBeUndefined();
    expect(recent.after({ revision: 4, place: placeOf({ id: 'a4', at: 5 }) }, at(6), 100)).toBeUndefined();
  });

  it('has one that nobody here can judge: it was recorded before the log was loaded', () => {
    recent.loaded();
    expect(recent.after(at(4), at(6), 100)).toBeUndefined();
    recent.recorded(entries(7, 7), []);
    expect(recent.after(at(6), at(7), 100)).toBeUndefined();
    recent.recorded(entries(8, 8), []);
    expect(positions(recent.after(at(7), at(8), 100))).toEqual([8]);
  });

  it('asks across a gap', () => {
    recent.recorded(entries(9, 9), []);
    expect(recent.after(at(6), at(9), 100)).toBeUndefined();
    expect(recent.after(at(7), at(9), 100)).toBeUndefined();
  });
});
