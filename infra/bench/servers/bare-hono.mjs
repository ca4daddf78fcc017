// The baseline: the least that answers HTTP with the libraries we use.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono().get('/', (c) => c.text('hello'));
serve({ fetch: app.fetch, port: 0 }, () => process.send?.('ready'));
