import postgres from 'postgres';
import { afterEach, expect, it, vi } from 'vitest';
import { newcomer, type RegistrationUnderTest, startRegistrationUnderTest } from './testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

afterEach(() => registration.stop());

/** What is written to standard output, where the log goes. */
const captureLog = (): string[] => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
};

/** Everything that the database holds, as one text a table. */
const tables = async (): Promise<Map<string, string>> => {
  const { sql } = registration.connection;
  const names = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'registration'`;
  const texts = names.map(
    async ({ name }) => [name, JSON.stringify(await sql`select * from registration.${sql(name)}`)] as const,
  );
  return new Map(await Promise.all(texts));
};

it('no password or link is readable in any table, event or log line, and no personal value in an event or log line', async () => {
  const lines = captureLog();
  registration = await startRegistrationUnderTest({ environment: { LOG_LEVEL: 'debug' } });
  const profile = { firstName: 'Canaria', description: 'canary description' };
  const ada = newcomer();
  registration.world.setupToken = 'canary set-up token';
  await registration.signUp(ada, { profile, setupToken: 'canary set-up token' });
  await registration.resend(ada.email);
  const token = await registration.tokenFor(ada.username);
  registration.world.down.add('profile');
  await registration.verify(token);
  await registration.signUp(newcomer({ email: ada.email }));
  const pending = newcomer();
  await registration.signUp(pending, { profile });
  const pendingToken = await registration.tokenFor(pending.username);

  // Failures drag more into the log than successes do.
  const owner = postgres(registration.database.ownerUrl, { max: 1 });
  await owner`alter table registration.sign_ups rename to gone`;
  const failing = newcomer({ email: ada.email });
  const failed = await registration.signUp(failing, { profile });
  expect(failed).toMatchObject({ status: 500, body: { code: 'internal_error' } });
  await owner`alter table registration.gone rename to sign_ups`;
  await owner.end();

  const log = lines.join('');
  expect(log).toContain('request failed');
  expect(log).toContain('an enrolment goes on in the background');
  const held = await tables();
  expect(held.get('people')).toContain(ada.email);
  const secrets = [ada.password, pending.password, failing.password, token, pendingToken, 'canary set-up token'];
  for (const secret of secrets) {
    expect(log).not.toContain(secret);
    for (const text of held.values()) expect(text).not.toContain(secret);
  }
  const personal = [ada, pending, failing].flatMap(({ email, username }) => [email, email.toLowerCase(), username]);
  for (const value of [...personal, ...Object.values(profile), '192.0.2.1']) {
    expect(log).not.toContain(value);
    expect(held.get('outbox')).not.toContain(value);
  }
});
