import { newId } from '@rollcall/service-kit/identity';
import { eventCatalogue } from '@rollcall/types/event-catalogue';
import { profileUpdated } from '@rollcall/types/events/profile';
import { userRegistered } from '@rollcall/types/events/registration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activity } from '../store/schema.ts';
import { type ActivityLogUnderTest, startActivityLogUnderTest } from '../testing/activity-log-under-test.ts';
import { recordEveryEvent } from './record-every-event.ts';

let log: ActivityLogUnderTest;

beforeAll(async () => {
  log = await startActivityLogUnderTest();
});
afterAll(() => log.stop());

const recorded = (subject: string) =>
  log.connection.db.select().from(activity).where(eq(activity.subject, subject)).orderBy(activity.id);

describe('every event', () => {
  it('of every other service in the catalogue has a reaction', () => {
    const covered = Object.values(recordEveryEvent()).flatMap((reactions) =>
      reactions.map(({ definition }) => definition.type),
    );
    const others = [...eventCatalogue.values()].filter(({ service }) => service !== 'activity-log');
    expect(covered.sort()).toEqual(others.map(({ type }) => type).sort());
  });

  it('is recorded as it came: fields without a name here kept, personal values sealed', async () => {
    const event = await log.event(profileUpdated, {
      subject: newId(),
      actor: newId(),
      time: '2026-03-01T12:00:00.123Z',
      data: { version: 2, fields: ['firstName'], addedLater: true },
      personal: { before: {}, after: { firstName: 'Ada' } },
    });
    expect(await log.arrive(event)).toEqual(['applied']);
    expect(await recorded(event.subject)).toEqual([
      {
        id: event.id,
        occurredAt: new Date('2026-03-01T12:00:00.123Z'),
        recordedAt: expect.any(Date),
        type: 'profile.updated',
        source: 'rollcall/profile',
        actor: event.actor,
        subject: event.subject,
        correlationId: 'a-request',
        data: event.data,
      },
    ]);
    expect(JSON.stringify(event.data)).not.toContain('Ada');
  });

  it('twice is once', async () => {
    const event = await log.event(userRegistered, { subject: newId() });
    await log.arrive(event);
    expect(await log.arrive(event)).toEqual(['repeated']);
    // As after a repair that lost the mark: the row itself is the second fence.
    expect(await log.arrive({ ...event, subjectsequence: 2 })).toEqual(['applied']);
    expect(await recorded(event.subject)).toHaveLength(1);
  });

  it('stays: the service itself may neither change nor delete it', async () => {
    const { db } = log.connection;
    const denied = { cause: { code: '42501' } };
    await expect(db.delete(activity)).rejects.toMatchObject(denied);
    await expect(db.update(activity).set({ type: 'nothing.happened' })).rejects.toMatchObject(denied);
  });
});
