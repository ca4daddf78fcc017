import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { userId } from '@rollcall/types/ids';
import { accessStream, coreStream } from '../store/access-stream.ts';
import { NatsPeers } from '../store/nats-peers.ts';
import { PeerMessages } from '../store/peer-messages.ts';
import { peerSecret } from '../store/peer-secret.ts';

/**
 * A replica in a process of its own, that has so many commands decided at once without a pause, and writes each that
 * was accepted on a line: the command's id, the epoch, the revision. Run by specs that kill it.
 */
const { DATABASE_URL = '', NATS_URL = '', NATS_TOKEN = '', CLIENTS = '8' } = process.env;

const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};

const log = createLogger('role-permission', 'silent');
const { sql } = connect({ url: DATABASE_URL, name: 'replica of a spec' });
const bus = new Bus({ url: NATS_URL, token: NATS_TOKEN, name: 'replica of a spec', log });
const messages = new PeerMessages(await peerSecret(sql, coreStream));
const stream = accessStream({
  sql,
  peers: new NatsPeers({ bus, stream: coreStream, messages, log }),
  report: () => undefined,
});
await stream.start();
process.stdout.write('started\n');

const client = async (): Promise<never> => {
  for (;;) {
    const id = uuid();
    const outcome = await stream.submit({
      type: 'addUser',
      id,
      cause: { actor: 'service:spec', correlationId: 'spec' },
      userId: userId.parse(uuid()),
      mayBootstrap: false,
    });
    if (outcome.status === 'accepted') process.stdout.write(`${id} ${outcome.epoch} ${outcome.revision}\n`);
    // An answer that comes at once, without a decision, must not turn this into a spin.
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
for (let n = 0; n < Number(CLIENTS); n++) void client();
