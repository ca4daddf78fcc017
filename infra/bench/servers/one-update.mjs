// The baseline of a refresh: one row that is changed, durably, behind the same HTTP server.
import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL ?? '', { max: 10, onnotice: () => undefined });
await sql`drop table if exists public.one_update`;
await sql`create table public.one_update (id int primary key, token text not null)`;
await sql`insert into public.one_update select n, '' from generate_series(1, 1000) n`;

const app = new Hono().post('/', async (c) => {
  const { id } = await c.req.json();
  const token = randomBytes(24).toString('base64url');
  const [row] = await sql`update public.one_update set token = ${token} where id = ${id} returning token`;
  return c.json({ refreshToken: row?.token });
});
serve({ fetch: app.fetch, port: 0 }, ({ port }) => process.send?.(port));
