import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { claimPort, freePort, parsePort, portFailure } from './ports.mjs';

const about = { variable: 'PORT', purpose: 'the gateway' };

async function occupiedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

it('finds a port that can be listened on', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

it('answers the port that was asked for when it is free, and a free one for 0', async () => {
  const port = await freePort();
  expect(await claimPort(port, about)).toBe(port);
  expect(await claimPort(0, about)).toBeGreaterThan(0);
});

it('says in one sentence what to do about a taken port', async () => {
  const port = await occupiedPort();
  await expect(claimPort(port, about)).rejects.toThrow(
    `Port ${port}, for the gateway, is taken: stop what uses it, or set PORT to another port (0 means any free one) and start again.`,
  );
});

it('says what to do about a port of the system', () => {
  const refused = Object.assign(new Error(), { code: 'EACCES' });
  expect(portFailure(refused, 80, about)).toHaveProperty('message', expect.stringContaining('reserved for the system'));
});

it.each(['x', '-1', '65536', '80.5', '8080 ', '0x50'])('refuses %j as a port', (value) => {
  expect(() => parsePort(value, 8080, 'PORT')).toThrow(`PORT is "${value}"`);
});

it('takes the usual port when none is asked for', () => {
  expect(parsePort(undefined, 8080, 'PORT')).toBe(8080);
  expect(parsePort('', 8080, 'PORT')).toBe(8080);
  expect(parsePort('0', 8080, 'PORT')).toBe(0);
});
