import postgres from 'postgres';
import { afterEach, expect, it, vi } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;

afterEach(() => auth.stop());

/** What is written to standard output, where the log goes. */
const captureLog = (): string[] => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
};

/** Everything that the database holds, as one text a table. */
const tables = async (): Promise<Map<string, string>> => {
  const { sql } = auth.connection;
  const names = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'auth'`;
  const texts = names.map(
    async ({ name }) => [name, JSON.stringify(await sql`select * from auth.${sql(name)}`)] as const,
  );
  return new Map(await Promise.all(texts));
};

it('no password, token or link is readable in any table, event or log line, and no personal value in an event', async () => {
  const lines = captureLog();
  auth = await startAuthUnderTest({ environment: { LOG_LEVEL: 'debug' } });
  const ada = await auth.register();
  const origin = { ipAddress: '203.0.113.77', userAgent: 'canary-agent' };
  const session = await auth.signIn(ada, origin);
  const wrong = `canary guess ${ada.username}`;
  const refreshed = await auth.refresh(session.refreshToken);
  await auth.ask('POST', '/v1/sessions', { body: { identifier: ada.email, password: wrong }, ...origin });
  await auth.ask('POST', '/v1/sessions', { body: { identifier: wrong, password: wrong }, ...origin });
  const link = await auth.resetTokenFor(ada.email);
  const changed = `canary new ${ada.username}`;
  await auth.ask('POST', '/v1/password/reset', { body: { token: link, password: changed } });
  // Failures drag more into the log than successes do.
  const owner = postgres(auth.database.ownerUrl, { max: 1 });
  await owner`alter table auth.sessions rename to gone`;
  const failed = await auth.ask('POST', '/v1/sessions', {
    body: { identifier: ada.email, password: changed },
    ...origin,
  });
  expect(failed).toMatchObject({ status: 500, body: { code: 'internal_error' } });
  expect(JSON.stringify(failed.body)).not.toMatch(/sessions|relation|at /);
  await owner`alter table auth.gone rename to sessions`;
  await owner.end();

  const secrets = [
    ada.password,
    wrong,
    changed,
    link,
    session.refreshToken,
    session.accessToken,
    String(refreshed.body.refreshToken),
    String(refreshed.body.accessToken),
  ];
  const personal = [ada.email, ada.email.toLowerCase(), ada.username, origin.ipAddress, origin.userAgent];
  const log = lines.join('');
  expect(log).toContain('a sign-in was refused');
  expect(log).toContain('request failed');
  const held = await tables();
  expect(held.get('sessions')).toContain('canary-agent');
  for (const secret of secrets) {
    expect(log).not.toContain(secret);
    for (const text of held.values()) expect(text).not.toContain(secret);
  }
  for (const value of personal) {
    expect(log).not.toContain(value);
    expect(held.get('outbox')).not.toContain(value);
    expect(held.get('rate_limits')).not.toContain(value);
  }
});
