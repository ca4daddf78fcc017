import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateSchemas, type SchemaPlan } from './migrate.ts';

const suffix = randomBytes(6).toString('hex');
const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-migrations-'));
const server = new URL(process.env.ROLLCALL_TEST_POSTGRES_URL ?? '');
const owner = Object.assign(new URL(server), { pathname: `/spec_${suffix}` });
const admin = postgres(server.href, { max: 1 });

const planOf = (schema: string): SchemaPlan => {
  const migrations = path.join(folder, schema);
  mkdirSync(path.join(migrations, 'meta'), { recursive: true });
  const entries = [{ idx: 0, version: '7', when: 1, tag: '0000_first', breakpoints: true }];
  const journal = { version: '7', dialect: 'postgresql', entries };
  writeFileSync(path.join(migrations, 'meta/_journal.json'), JSON.stringify(journal));
  writeFileSync(
    path.join(migrations, '0000_first.sql'),
    `create schema ${schema};\n--> statement-breakpoint\ncreate table ${schema}.things (what text);`,
  );
  const login = { role: `spec_${schema}_${suffix}`, password: randomBytes(18).toString('base64url') };
  return { schema, migrations, login };
};
const plans = [planOf('one'), planOf('other')];

beforeAll(async () => {
  await admin`create database ${admin(`spec_${suffix}`)}`;
  await migrateSchemas(owner.href, plans);
});
afterAll(async () => {
  await admin`drop database ${admin(`spec_${suffix}`)} with (force)`;
  for (const { login } of plans) await admin`drop role ${admin(login.role)}`;
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

it.each(plans)('the login of $schema has the rows of its own schema, and nothing of any other', async (plan) => {
  const url = Object.assign(new URL(owner), { username: plan.login.role, password: plan.login.password });
  const sql = postgres(url.href, { max: 1 });
  try {
    for (const { schema } of plans) {
      const table = sql(`${schema}.things`);
      const attempts = [
        () => sql`insert into ${table} values ('x')`,
        () => sql`select from ${table}`,
        () => sql`update ${table} set what = 'y'`,
        () => sql`delete from ${table}`,
      ];
      for (const attempt of attempts) {
        const verdict = await attempt().then(
          () => 'done',
          ({ code }) => code,
        );
        // 42501: insufficient_privilege.
        expect([schema, verdict]).toEqual([schema, schema === plan.schema ? 'done' : '42501']);
      }
    }
    for (const statement of [`alter table ${plan.schema}.things add more text`, 'create schema mine']) {
      await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    }
  } finally {
    await sql.end();
  }
});
