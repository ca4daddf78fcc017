import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { PersonalData } from '@rollcall/events/personal-data';
import { callService, type TestCall, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { asc, desc, eq } from 'drizzle-orm';
import { startRegistration } from '../service.ts';
import { createDataKeys } from '../store/data-keys.ts';
import { outbox, signUps } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';
import { readAnswer } from './answer.ts';
import { playOtherServices } from './other-services.ts';
import { recordStatements } from './statement-recorder.ts';

export interface Applicant {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/** Names nobody has. */
export const newcomer = (more: Partial<Applicant> = {}): Applicant => {
  const username = `Ada-${randomBytes(5).toString('hex')}`;
  return { username, email: `${username}@Example.com`, password: `a long password of ${username}`, ...more };
};

export interface RegistrationOptions {
  /** Specs run side by side and would get each other's events: one file a service goes without this. */
  readonly withNats?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The service on a database of its own; the services it calls are played. */
export const startRegistrationUnderTest = async ({ withNats = false, environment = {} }: RegistrationOptions = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const statements = await recordStatements(database.url);
  const others = playOtherServices();
  const secret = randomBytes(32);
  const variables = {
    ...testEnvironment('registration', statements.url),
    KEY_ENCRYPTION_SECRET: secret.toString('base64url'),
    ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
    ...environment,
  };
  const start = () => startRegistration(variables, others.directory);
  let service = await start();
  const connection = connect({ url: database.url, name: 'spec' });
  const keys = createDataKeys(secret);

  const ask = async (method: string, path: string, call: Omit<TestCall, 'method' | 'path'> = {}) =>
    readAnswer(await callService(service, { method, path, ...call }));
  const userIdOf = async (username: string): Promise<string> => {
    const [signUp] = await connection.db
      .select()
      .from(signUps)
      .where(eq(signUps.username, username))
      .orderBy(desc(signUps.createdAt));
    if (!signUp) throw new Error(`nobody has signed up as ${username}`);
    return signUp.userId;
  };
  const eventsAbout = async (subject: string) => {
    const personal = new PersonalData((userId) => keys.read(connection.db, userId));
    const rows = await connection.db
      .select()
      .from(outbox)
      .where(eq(outbox.subject, subject))
      .orderBy(asc(outbox.position));
    return Promise.all(
      rows.map(async ({ envelope: { type, actor, data } }) => {
        const { personal: sealed, ...open } = data;
        return { type, actor, data: open, personal: typeof sealed === 'string' ? await personal.open(sealed) : null };
      }),
    );
  };
  const requestsOf = async (userId: string) =>
    (await eventsAbout(userId)).flatMap(({ type, data }) =>
      type === 'verification.requested' ? [String(data.requestId)] : [],
    );
  const mint = (requestId: string) =>
    ask('POST', `/internal/verifications/${requestId}/secret`, { from: 'notification' });
  const signUp = (applicant: Applicant, more: Record<string, unknown> = {}, call: Partial<TestCall> = {}) =>
    ask('POST', '/v1/registrations', { body: { ...applicant, ...more }, ...call });
  /** What the newest mail to somebody would say. */
  const tokenFor = async (username: string): Promise<string> => {
    const requests = await requestsOf(await userIdOf(username));
    return String((await mint(requests.at(-1) ?? '')).body.token);
  };
  const verify = (token: string) => ask('POST', '/v1/registrations/verify', { body: { token } });

  return {
    ...others,
    database,
    connection,
    statements,
    ask,
    signUp,
    verify,
    mint,
    tokenFor,
    requestsOf,
    userIdOf,
    eventsAbout,
    resend: (email: string) => ask('POST', '/v1/registrations/resend', { body: { email } }),
    isAvailable: async (username: string) =>
      (await ask('GET', `/v1/registrations/availability?username=${username}`)).body.available,
    /** Somebody with an account. */
    register: async (applicant: Applicant = newcomer()) => {
      await signUp(applicant);
      const { body } = await verify(await tokenFor(applicant.username));
      return { ...applicant, userId: String(body.userId) };
    },
    /** Ends the process where it stands and starts another. */
    restart: async () => {
      const before = service;
      service = await start();
      void before.stop();
    },
    stop: async () => {
      await service.stop();
      await connection.close();
      await statements.stop();
      await database.drop();
    },
  };
};

export type RegistrationUnderTest = Awaited<ReturnType<typeof startRegistrationUnderTest>>;
