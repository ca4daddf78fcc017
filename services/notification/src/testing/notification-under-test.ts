import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { applyBatch } from '@rollcall/events/inbox';
import { takeIn } from '@rollcall/events/intake';
import { PersonalData } from '@rollcall/events/personal-data';
import { type HopContext, hopContext } from '@rollcall/service-kit/actor';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { contextHeader } from '@rollcall/service-kit/service-trust';
import { fakeServices, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { type Envelope, envelope, sourceOf } from '@rollcall/types/envelope';
import type { DataOf, EventDefinition } from '@rollcall/types/event-definition';
import { userRegistered } from '@rollcall/types/events/registration';
import { asc, eq } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { expect } from 'vitest';
import { createReactions } from '../reactions/reactions.ts';
import { startNotification } from '../service.ts';
import { eventTables, mails, outbox } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';
import { startScriptedMailServer } from './scripted-mail-server.ts';

/** The trace that every event of a spec belongs to. */
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const notFound = { status: 404, body: { code: 'not_found' } };

/** The service on a database and a mail server of its own; registration and auth are played here. */
export const startNotificationUnderTest = async ({ withNats = false } = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const mailServer = await startScriptedMailServer();
  const keys = new Map<string, Uint8Array>();
  const erased = new Set<string>();
  const tokens: string[] = [];
  const mintedFor: HopContext[] = [];
  const world = { voidRequests: false, down: false };

  const keyOf = (userId: string): Uint8Array => {
    const key = keys.get(userId) ?? randomBytes(32);
    keys.set(userId, key);
    return key;
  };
  const mint = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => {
    if (world.down) throw new Error('the spec has switched this service off');
    mintedFor.push(hopContext.parse(JSON.parse(Buffer.from(headers[contextHeader] ?? '', 'base64url').toString())));
    if (world.voidRequests) return notFound;
    const token = newSecret();
    tokens.push(token);
    return { status: 200, body: { token, expiresAt: '2031-02-03T04:05:00.000Z' } };
  };
  const directory = fakeServices({
    'GET /internal/data-keys/*': ({ target }) => {
      if (world.down) throw new Error('the spec has switched this service off');
      const userId = target.split('/').at(-1) ?? '';
      if (erased.has(userId)) return notFound;
      return { status: 200, body: { key: Buffer.from(keyOf(userId)).toString('base64url') } };
    },
    'POST /internal/verifications/*': mint,
    'POST /internal/password-resets/*': mint,
    'POST /internal/security-notices/*': mint,
    'POST /internal/magic-links/*': (call) => {
      const minted = mint(call);
      return { ...minted, body: { ...minted.body, code: '123456' } };
    },
  });
  const start = () =>
    startNotification(
      {
        ...testEnvironment('notification', database.url),
        // Mostly without NATS: specs run side by side and would get each other's events.
        ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
        SMTP_URL: mailServer.url,
        MAIL_FROM: 'Rollcall <no-reply@rollcall.test>',
      },
      directory,
    );
  const services = [await start()];
  const connection = connect({ url: database.url, name: 'spec' });
  const owner = connect({ url: database.ownerUrl, name: 'spec', max: 2 });
  const personal = new PersonalData(async (userId) => keyOf(userId));
  const reactions = new Map(
    Object.values(createReactions({ mailComing: () => undefined }))
      .flat()
      .map((reaction) => [reaction.definition.type, reaction]),
  );
  const sequences = new Map<string, number>();

  /** Applies an event as the consumer does. */
  const apply = async (event: Envelope) =>
    applyBatch(connection.db, eventTables, event.source, [await takeIn(event, reactions, personal)]);

  const makeEvent = async <E extends EventDefinition>(
    definition: E,
    subject: string,
    data: DataOf<E>,
    values?: Readonly<Record<string, unknown>>,
  ): Promise<Envelope> => {
    const counted = `${definition.service} ${subject}`;
    const subjectsequence = (sequences.get(counted) ?? 0) + 1;
    sequences.set(counted, subjectsequence);
    return envelope.parse({
      specversion: '1.0',
      id: newId(),
      source: sourceOf(definition.service),
      type: definition.type,
      subject,
      time: '2030-01-02T03:04:05.000Z',
      datacontenttype: 'application/json',
      data: values ? { ...data, personal: await personal.seal(subject, values) } : data,
      actor: subject,
      correlationid: 'a-request',
      traceparent,
      subjectsequence,
    });
  };

  const arrive = async <E extends EventDefinition>(...given: Parameters<typeof makeEvent<E>>): Promise<Envelope> => {
    const event = await makeEvent(...given);
    expect(await apply(event)).toEqual(['applied']);
    return event;
  };

  const mailOf = async ({ id }: { readonly id: string }) => {
    const [mail] = await connection.db.select().from(mails).where(eq(mails.id, id));
    return mail;
  };

  return {
    mailServer,
    connection,
    owner,
    personal,
    tokens,
    /** On whose behalf secrets were asked for. */
    mintedFor,
    world,
    erase: (userId: string) => erased.add(userId),
    apply,
    makeEvent,
    arrive,
    /** A person with an account. */
    register: (userId: string, email: string, username = 'ada') =>
      arrive(userRegistered, userId, {}, { email, username, profile: {} }),
    mailOf,
    /** Waits until a mail has come to its end, or to its next attempt. */
    settled: (event: { readonly id: string }, status: 'sent' | 'failed') =>
      expect.poll(async () => (await mailOf(event))?.status, { timeout: 10_000, interval: 20 }).toBe(status),
    attempted: (event: { readonly id: string }, times: number) =>
      expect
        .poll(
          async () => {
            const mail = await mailOf(event);
            return mail?.leasedUntil === null ? mail.attempts : 0;
          },
          { timeout: 10_000, interval: 20 },
        )
        .toBe(times),
    /** Makes the next attempt due. */
    retryNow: async ({ id }: { readonly id: string }) => {
      await connection.db
        .update(mails)
        .set({ nextAttemptAt: new Date(0) })
        .where(eq(mails.id, id));
    },
    /** What came to an address, read as a mail reader does. */
    inboxOf: (address: string) =>
      Promise.all(mailServer.received.filter(({ to }) => to.includes(address)).map(({ raw }) => PostalMime.parse(raw))),
    eventsAbout: async (subject: string) => {
      const rows = await connection.db
        .select()
        .from(outbox)
        .where(eq(outbox.subject, subject))
        .orderBy(asc(outbox.position));
      return rows.map((row) => row.envelope);
    },
    startAnother: async () => {
      services.push(await start());
    },
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
      await connection.close();
      await owner.close();
      await mailServer.stop();
      await database.drop();
    },
  };
};

export type NotificationUnderTest = Awaited<ReturnType<typeof startNotificationUnderTest>>;
