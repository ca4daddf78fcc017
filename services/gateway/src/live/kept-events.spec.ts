import { newId } from '@rollcall/service-kit/identity';
import { type Envelope, envelope } from '@rollcall/types/envelope';
import { describe, expect, it } from 'vitest';
import { KeptEvents } from './kept-events.ts';

const made = (): Envelope =>
  envelope.parse({
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/auth',
    type: 'session.started',
    subject: newId(),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { a: 1, personal: 'sealed' },
    actor: newId(),
    correlationid: 'x',
    subjectsequence: 1,
  });

const filled = (count: number, limit = 100, stream = '7') => {
  const kept = new KeptEvents(stream, 0, limit);
  const events = Array.from({ length: count }, (_, index) => kept.add(index + 1, made()));
  return { kept, events: events.flatMap((event) => (event ? [event] : [])) };
};

describe('kept events', () => {
  it('leave out what is personal', () => {
    expect(filled(1).events[0]?.event.data).toEqual({ a: 1 });
  });

  it('are there once, though published twice', () => {
    const kept = new KeptEvents('7', 0, 100);
    const event = made();
    expect(kept.add(1, event)).toBeDefined();
    expect(kept.add(2, event)).toBeUndefined();
    expect(kept.sequence).toBe(2);
  });

  it('go on exactly after every token', () => {
    const { kept, events } = filled(10);
    for (const [index, { resume }] of events.entries()) expect(kept.after(resume)).toEqual(events.slice(index + 1));
    expect(kept.after(kept.resume)).toEqual([]);
  });

  it('go on from before the first one', () => {
    const kept = new KeptEvents('7', 41, 100);
    const { resume } = kept;
    const event = kept.add(42, made());
    expect(kept.after(resume)).toEqual([event]);
  });

  it('say so when they do not reach back far enough', () => {
    const { kept, events } = filled(30, 10);
    expect(kept.after(events[0]?.resume ?? '')).toBeUndefined();
    expect(kept.after(events.at(-2)?.resume ?? '')).toEqual([events.at(-1)]);
    expect(kept.after('7-0-0')).toBeUndefined();
  });

  it('know a token of a stream that was made anew, or has lost its end and gone on, for none of theirs', () => {
    const { kept } = filled(10);
    expect(kept.after(filled(10, 100, '8').kept.resume)).toBeUndefined();
    expect(kept.after(filled(10).kept.resume)).toBeUndefined();
  });

  it.each(['', '7', '7-', '7-1', '7--1-0', '7-1-x', '7-NaN-0', '7-1e3-x', '7-0-0-0', 'x-0-0', '7-99-abc'])(
    'know %j for no token',
    (token) => expect(filled(3).kept.after(token)).toBeUndefined(),
  );
});
