import { randomBytes } from 'node:crypto';
import { migrateSchemas, type SchemaPlan } from '@rollcall/database/migrate';
import postgres from 'postgres';

export interface TestDatabase {
  /** As the login role of the service. */
  readonly url: string;
  /** As the owner, to look at what a service may not. */
  readonly ownerUrl: string;
  drop(): Promise<void>;
}

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run specs through npm test, which starts Postgres and NATS`);
  return value;
};

/** Where the test run keeps its servers. */
export const testServers = () => ({
  postgresUrl: required('ROLLCALL_TEST_POSTGRES_URL'),
  natsUrl: required('ROLLCALL_TEST_NATS_URL'),
  natsToken: required('ROLLCALL_TEST_NATS_TOKEN'),
});

/** A database of one's own on the real Postgres of the test run, or on another one, migrated for one service. */
export const createTestDatabase = async (
  plan: Omit<SchemaPlan, 'login'>,
  postgresUrl = testServers().postgresUrl,
): Promise<TestDatabase> => {
  const server = new URL(postgresUrl);
  const name = `test_${plan.schema}_${randomBytes(6).toString('hex')}`;
  const admin = postgres(server.href, { max: 1, onnotice: () => undefined });
  await admin`create database ${admin(name)}`;

  const owner = new URL(server);
  owner.pathname = `/${name}`;
  const login = { role: name, password: randomBytes(18).toString('base64url') };
  await migrateSchemas(owner.href, [{ ...plan, login }]);
  const url = new URL(owner);
  url.username = login.role;
  url.password = login.password;

  return {
    url: url.href,
    ownerUrl: owner.href,
    drop: async () => {
      await admin`drop database ${admin(name)} with (force)`;
      await admin`drop role ${admin(login.role)}`;
      await admin.end();
    },
  };
};
