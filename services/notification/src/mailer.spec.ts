import { newId } from '@rollcall/service-kit/identity';
import { passwordChanged, passwordResetRequested } from '@rollcall/types/events/auth';
import { verificationRequested } from '@rollcall/types/events/registration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mails } from './store/schema.ts';
import {
  type NotificationUnderTest,
  startNotificationUnderTest,
  traceparent,
} from './testing/notification-under-test.ts';

let notification: NotificationUnderTest;
let userId = newId();
let email = '';

beforeAll(async () => {
  notification = await startNotificationUnderTest();
});
afterAll(() => notification.stop());
beforeEach(() => {
  userId = newId();
  email = `${userId}@example.com`;
});

const askToVerify = () =>
  notification.arrive(verificationRequested, userId, { requestId: newId() }, { email, username: 'ada' });

const failure = (reason: string) => [{ type: 'mail.failed', data: { kind: expect.any(String), reason } }];

describe('a failure that may pass', () => {
  it.each([
    ['421 to the recipient', (): void => void notification.mailServer.script.recipient.push(421)],
    ['450 to the recipient', (): void => void notification.mailServer.script.recipient.push(450)],
    ['451 to the message', (): void => void notification.mailServer.script.data.push(451)],
    ['452 to the sender', (): void => void notification.mailServer.script.sender.push(452)],
    ['a connection cut in the middle of the message', (): void => void notification.mailServer.script.cutInData++],
    ['554 to the greeting, which is about us', (): void => void notification.mailServer.script.greeting.push(554)],
    ['550 to the sender, which is about us', (): void => void notification.mailServer.script.sender.push(550)],
  ])('%s: the mail is sent at the next attempt, once', async (_, misbehave) => {
    misbehave();
    const event = await askToVerify();
    await notification.attempted(event, 1);
    expect(await notification.inboxOf(email)).toHaveLength(0);
    await notification.settled(event, 'sent');
    expect(await notification.inboxOf(email)).toHaveLength(1);
    expect(await notification.mailOf(event)).toMatchObject({ attempts: 2, leasedUntil: null });
  });

  it('waits twice as long each time', async () => {
    notification.mailServer.script.recipient.push(421, 421, 421);
    const event = await askToVerify();
    const waits: number[] = [];
    for (const times of [1, 2, 3]) {
      await notification.attempted(event, times);
      const mail = await notification.mailOf(event);
      const [clock] = await notification.connection.sql`select extract(epoch from now())::float8 * 1000 as now`;
      waits.push(Math.ceil(((mail?.nextAttemptAt.getTime() ?? 0) - clock?.now) / 1_000));
      await notification.retryNow(event);
    }
    expect(waits).toEqual([1, 2, 4]);
    await notification.settled(event, 'sent');
  });

  it('ends in mail.failed after a day', async () => {
    notification.mailServer.script.recipient.push(450, 450);
    const event = await askToVerify();
    await notification.attempted(event, 1);
    await notification.connection.db
      .update(mails)
      .set({ createdAt: new Date(Date.now() - 25 * 60 * 60 * 1000), nextAttemptAt: new Date(0) })
      .where(eq(mails.id, event.id));
    await notification.settled(event, 'failed');
    expect(await notification.eventsAbout(userId)).toMatchObject(failure('expired'));
  });

  it('registration being down keeps mails waiting and loses none', async () => {
    notification.world.down = true;
    const event = await askToVerify();
    await notification.attempted(event, 1);
    notification.world.down = false;
    await notification.settled(event, 'sent');
    expect(await notification.inboxOf(email)).toHaveLength(1);
  });

  it('a mail that comes before its recipient waits for them', async () => {
    const event = await notification.arrive(passwordChanged, userId, { how: 'change' });
    await notification.attempted(event, 1);
    await notification.register(userId, email);
    await notification.settled(event, 'sent');
    expect(await notification.inboxOf(email)).toHaveLength(1);
  });
});

describe('a failure for good', () => {
  it.each([
    ['550 to the recipient', (): void => void notification.mailServer.script.recipient.push(550)],
    ['554 to the message', (): void => void notification.mailServer.script.data.push(554)],
  ])('%s: rejected, and said so', async (_, refuse) => {
    refuse();
    const event = await askToVerify();
    await notification.settled(event, 'failed');
    expect(await notification.mailOf(event)).toMatchObject({ attempts: 1, sealed: null });
    expect(await notification.eventsAbout(userId)).toMatchObject(failure('rejected'));
  });

  it('a request that is void is dropped without sending', async () => {
    await notification.register(userId, email);
    notification.world.voidRequests = true;
    const event = await notification.arrive(passwordResetRequested, userId, { requestId: newId() });
    await notification.settled(event, 'failed');
    notification.world.voidRequests = false;
    expect(await notification.eventsAbout(userId)).toMatchObject(failure('expired'));
    expect(await notification.inboxOf(email)).toHaveLength(0);
  });

  it('nothing is sent to a person who was erased', async () => {
    notification.erase(userId);
    const event = await askToVerify();
    await notification.settled(event, 'failed');
    expect(await notification.eventsAbout(userId)).toMatchObject(failure('recipient_unknown'));
  });

  it('a recipient nobody has heard of after a day is unknown', async () => {
    const event = await notification.arrive(passwordChanged, userId, { how: 'change' });
    await notification.attempted(event, 1);
    await notification.connection.db
      .update(mails)
      .set({ createdAt: new Date(Date.now() - 25 * 60 * 60 * 1000), nextAttemptAt: new Date(0) })
      .where(eq(mails.id, event.id));
    await notification.settled(event, 'failed');
    expect(await notification.eventsAbout(userId)).toMatchObject(failure('recipient_unknown'));
  });
});

/** Once the mail server has the next mail: holds its row, and cancels the statement that waits to mark it. */
const cancelNextMark = () =>
  new Promise<number>((cancelled) => {
    const { owner, mailServer } = notification;
    const holdAndCancel = (held: () => void) =>
      owner.sql.begin(async (tx) => {
        await tx`select from notification.mails where user_id = ${userId} for update`;
        held();
        let count = 0;
        while (count === 0) {
          const waiting = await tx`
            select pg_cancel_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'rollcall notification'
              and wait_event_type = 'Lock'`;
          count = waiting.count;
        }
        cancelled(count);
      });
    mailServer.script.beforeAnswer = async () => {
      mailServer.script.beforeAnswer = async () => undefined;
      await new Promise<void>((held) => void holdAndCancel(held));
    };
  });

it('a mail belongs to the request and the trace of its event: the secret that is asked for, and the event that follows', async () => {
  const event = await askToVerify();
  await notification.settled(event, 'sent');
  expect(notification.mintedFor.at(-1)).toMatchObject({ requestId: 'a-request', traceparent });
  expect(await notification.eventsAbout(userId)).toMatchObject([{ correlationid: 'a-request', traceparent }]);
});

describe('sending once', () => {
  it('a mail whose answer was lost goes out again under the same Message-ID, with a secret that voids the first', async () => {
    notification.mailServer.script.cutAfterData = 1;
    const event = await askToVerify();
    await notification.settled(event, 'sent');
    const copies = await notification.inboxOf(email);
    expect(copies.map(({ messageId }) => messageId)).toEqual([
      `<${event.id}@rollcall.test>`,
      `<${event.id}@rollcall.test>`,
    ]);
    const [first, second] = notification.tokens.slice(-2);
    expect(copies[0]?.text).toContain(first);
    expect(copies[1]?.text).toContain(second);
    expect(await notification.eventsAbout(userId)).toHaveLength(1);
  });

  it('a database that fails between the mail and its mark does not send it twice', async () => {
    const cancelled = cancelNextMark();
    const event = await askToVerify();
    expect(await cancelled).toBe(1);
    await notification.settled(event, 'sent');
    expect(await notification.mailOf(event)).toMatchObject({ attempts: 1 });
    expect(await notification.inboxOf(email)).toHaveLength(1);
  });

  it('what a killed worker had taken is sent when its lease ends, and not before', async () => {
    await notification.register(userId, email);
    const id = newId();
    const row = { id, kind: 'password_changed', userId, happenedAt: new Date(), correlationId: 'x' } as const;
    const lease = new Date(Date.now() + 1_500);
    await notification.connection.db.insert(mails).values({ ...row, attempts: 1, leasedUntil: lease });
    await notification.settled({ id }, 'sent');
    const sentAt = (await notification.mailOf({ id }))?.sentAt;
    expect(sentAt?.getTime()).toBeGreaterThanOrEqual(lease.getTime());
  });

  it('what a worker has stays its own for as long as the mail server takes', async () => {
    let answer = (): void => undefined;
    notification.mailServer.script.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const event = await askToVerify();
    const inHand = async () => (await notification.mailOf(event))?.leasedUntil?.getTime() ?? 0;
    await expect.poll(() => notification.inboxOf(email), { timeout: 5_000 }).toHaveLength(1);
    const leased = await inHand();
    await expect.poll(inHand, { timeout: 8_000 }).toBeGreaterThan(leased);
    notification.mailServer.script.beforeAnswer = async () => undefined;
    answer();
    await notification.settled(event, 'sent');
    expect(await notification.mailOf(event)).toMatchObject({ attempts: 1, leasedUntil: null });
  });

  it('two replicas send each mail once', async () => {
    await notification.startAnother();
    await notification.register(userId, email);
    const events = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        notification.connection.db
          .insert(mails)
          .values({
            id: newId(),
            kind: 'password_changed',
            userId,
            happenedAt: new Date(at),
            correlationId: 'x',
          })
          .returning(),
      ),
    );
    for (const [event] of events) if (event) await notification.settled(event, 'sent');
    expect(await notification.inboxOf(email)).toHaveLength(30);
  });
});
