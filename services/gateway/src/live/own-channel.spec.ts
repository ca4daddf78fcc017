import { newId } from '@rollcall/service-kit/identity';
import { type Envelope, envelope } from '@rollcall/types/envelope';
import { beforeEach, expect, it } from 'vitest';
import { KeptEvents } from './kept-events.ts';
import { Theatre } from './testing/theatre.ts';

let theatre: Theatre;
let userId: string;
let sequence: number;
beforeEach(() => {
  theatre = new Theatre();
  userId = newId();
  sequence = 0;
});

const made = (subject = userId): Envelope =>
  envelope.parse({
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/auth',
    type: 'session.started',
    subject,
    time: new Date(0).toISOString(),
    datacontenttype: 'application/json',
    data: {},
    actor: 'service:auth',
    correlationid: 'x',
    subjectsequence: 1,
  });

/** Another service has told of something; those who watch are shown it. */
const happens = (
  kept: KeptEvents,
  ...viewers: readonly { show(event: NonNullable<ReturnType<KeptEvents['add']>>): void }[]
) => {
  const event = kept.add(++sequence, made());
  if (!event) throw new Error('that was no event');
  for (const viewer of viewers) viewer.show(event);
  return event.event.id;
};

it('has what happens to one’s rights and what happens elsewhere, and goes on after both', async () => {
  const { line, viewer, subscribe } = theatre.seat(userId);
  await subscribe('activity');
  const ids = [
    happens(theatre.kept, viewer),
    theatre.feed.write({ users: [userId] }).event.id,
    happens(theatre.kept, viewer),
  ];
  expect(line.heard('event').map(({ event }) => event?.id)).toEqual(ids);
  expect(line.heard('event').map(({ revision }) => revision)).toEqual([null, 1, null]);

  const places = line.heard('event').map(({ resume }) => resume);
  const missed = [theatre.feed.write({ users: [userId] }).event.id, happens(theatre.kept)];
  for (const [place, resume] of places.entries()) {
    const again = theatre.seat(userId);
    await again.subscribe('user:me', { from: resume });
    const expected = [...ids.slice(place + 1), ...missed];
    const heard = again.line.heard('event').map(({ event }) => event?.id);
    expect(heard.toSorted()).toEqual(expected.toSorted());
  }
});

it('tells of each of several entries at once where to go on after that one', async () => {
  const { line, subscribe } = theatre.seat(userId);
  await subscribe('user:me');
  for (let count = 0; count < 3; count++) theatre.feed.append({ users: [userId] });
  theatre.feed.tell();
  expect(line.heard('event').map(({ resume }) => resume?.split('.')[0])).toEqual(['1-1', '1-2', '1-3']);
});

it('may go on from a revision, and elsewhere from now', async () => {
  happens(theatre.kept);
  theatre.feed.write({ users: [userId] });
  const { line, viewer, subscribe } = theatre.seat(userId);
  await subscribe('user:me', { from: 0 });
  expect(line.positions()).toEqual([1]);
  const id = happens(theatre.kept, viewer);
  expect(line.heard('event')[1]?.event?.id).toBe(id);
});

it('cannot go on from events that are not kept any more', async () => {
  const { line, subscribe } = theatre.seat(userId);
  await subscribe('user:me', { from: '1-0.7-1-abc' });
  expect(line.said).toMatchObject([{ type: 'error', problem: { code: 'invalid_cursor' } }]);
});

it('lends its places to no other channel', async () => {
  const { line, subscribe } = theatre.seat(userId);
  await subscribe('access', { from: '1-0.1-0-0' });
  expect(line.said).toMatchObject([{ type: 'error', problem: { code: 'invalid_cursor' } }]);
});

it('shows what happens elsewhere once, and goes on when that stream has begun anew', async () => {
  const { line, viewer, subscribe } = theatre.seat(userId);
  await subscribe('user:me');
  const event = theatre.kept.add(7, made());
  if (!event) throw new Error('that was no event');
  viewer.show(event);
  viewer.show(event);
  const id = happens(new KeptEvents('2', 0, 10), viewer);
  expect(line.heard('event').map((said) => said.event?.id)).toEqual([event.event.id, id]);
});

it('shows nothing that happens elsewhere on other channels', async () => {
  const { line, viewer, subscribe } = theatre.seat(userId);
  await subscribe('access');
  happens(theatre.kept, viewer);
  expect(line.heard('event')).toEqual([]);
});

it('shows a suspended person nothing that happens elsewhere either', async () => {
  const { line, viewer, subscribe } = theatre.seat(userId);
  await subscribe('user:me');
  theatre.feed.write();
  theatre.feed.write({}, { bar: `user:${userId}` });
  happens(theatre.kept, viewer);
  expect([line.closed, line.heard('event')]).toEqual([4403, []]);
});
