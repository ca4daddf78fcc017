import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { errorCode, Failure } from './failure.mjs';

/**
 * Listens on a loopback port for a moment; answers the port, which is a free one for 0.
 * @param {number} port
 * @returns {Promise<number>}
 */
function tryPort(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** Below the ports that systems give to outgoing connections: one of those may be taken before it is listened on. */
const quietPorts = { from: 20_000, to: 32_000 };

/** @type {Set<number>} */
const given = new Set();

/** A loopback port that nobody listens on, another one each time. */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(quietPorts.from, quietPorts.to);
    if (given.has(port)) continue;
    given.add(port);
    try {
      return await tryPort(port);
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
    }
  }
  return tryPort(0);
}

/**
 * The port that was asked for, once it is known to be free; any free one for 0.
 * @param {number} port
 * @param {{ variable: string, purpose: string }} about
 */
export async function claimPort(port, about) {
  if (port === 0) return freePort();
  try {
    return await tryPort(port);
  } catch (error) {
    throw portFailure(error, port, about);
  }
}

/**
 * @param {unknown} error
 * @param {number} port
 * @param {{ variable: string, purpose: string }} about
 */
export function portFailure(error, port, { variable, purpose }) {
  const remedy = `set ${variable} to another port (0 means any free one) and start again.`;
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new Failure(`Port ${port}, for ${purpose}, is taken: stop what uses it, or ${remedy}`);
  if (code === 'EACCES') return new Failure(`Port ${port}, for ${purpose}, is reserved for the system: ${remedy}`);
  return error;
}

/**
 * A port number from an environment variable.
 * @param {string | undefined} value
 * @param {number} fallback
 * @param {string} variable
 */
export function parsePort(value, fallback, variable) {
  if (!value) return fallback;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : -1;
  if (port < 0 || port > 65535) throw new Failure(`${variable} is "${value}": it must be a number from 0 to 65535.`);
  return port;
}
