// The baseline: hono's own proxy helper before UPSTREAM.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';

const app = new Hono().all('*', (c) => proxy(`${process.env.UPSTREAM}${c.req.path}`, c.req));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.(port));
