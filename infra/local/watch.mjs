import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain, Failure } from './bootstrap/failure.mjs';

// `npm run -s watch -- <gateway> <channel> [from] [speed]`: what happens on a channel of WS /v1/live, a line an event, until
// Ctrl-C. With `from`, a revision or where an earlier watch stopped, what happened since comes first. The access token
// stands in ROLLCALL_TOKEN: arguments can be read by everybody on a machine.

/** @param {string[]} args */
async function run([gateway, channel, from, speed]) {
  checkNode();
  const token = process.env.ROLLCALL_TOKEN;
  if (!gateway || !channel || !token) {
    throw new Failure('Usage: ROLLCALL_TOKEN=<access token> npm run -s watch -- <gateway> <channel> [from] [speed]');
  }
  await ensureDependencies({ print: (line) => console.error(line) });
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(new URL('/v1/live', gateway.replace(/^http/, 'ws')), ['rollcall.v1', `bearer.${token}`]);
  let resume = from ?? '';
  // Whoever reads the lines has enough of them.
  process.stdout.on('error', () => process.exit(0));
  socket.on('open', () => socket.send(JSON.stringify(subscription(channel, from, speed))));
  const code = await new Promise((resolve, reject) => {
    socket.on('message', (text) => {
      const message = JSON.parse(text.toString());
      if (message.type === 'error') reject(new Failure(`${message.problem.title} (${message.problem.code})`));
      if (typeof message.resume === 'string') resume = message.resume;
      if (message.type === 'event') console.log(line(message));
    });
    socket.on('close', resolve);
    socket.on('error', reject);
  }).finally(() => socket.close());
  throw new Failure(`The connection ended (${code}). To go on where it was: from ${resume}`);
}

/**
 * @param {string} channel
 * @param {string | undefined} from
 * @param {string | undefined} speed
 */
function subscription(channel, from, speed) {
  return {
    type: 'subscribe',
    id: 'watch',
    channel,
    ...(from === undefined ? {} : { from: /^\d+$/.test(from) ? Number(from) : from }),
    ...(speed === undefined ? {} : { speed: Number(speed) }),
  };
}

/** @param {{ readonly revision: number, readonly event: Readonly<Record<string, string>> }} message */
function line({ revision, event }) {
  return [event.time, revision, event.type, event.subject, `by ${event.actor}`].join(' ');
}

run(process.argv.slice(2)).catch((error) => {
  console.error(explain(error));
  process.exitCode = 1;
});
