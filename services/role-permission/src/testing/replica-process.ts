import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { userId } from '@rollcall/types/ids';
import type { AccessCommand } from '../domain/commands.ts';
import { accessStream, coreStream } from '../store/access-stream.ts';
import { NatsPeers } from '../store/nats-peers.ts';
import { PeerMessages } from '../store/peer-messages.ts';
import { peerSecret } from '../store/peer-secret.ts';
import { postgresLog } from '../store/postgres-log.ts';

/**
 * A replica in a process of its own, that has so many commands decided at once without a pause. It writes each that was
 * accepted on a line: the command's id, the epoch, the revision, the milliseconds that it took; and what became of each of
 * its appends, and when it takes the log for itself. Run by specs that kill it.
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
const tables = postgresLog(sql, coreStream);
const stream = accessStream({
  sql,
  log: {
    ...tables,
    append: async (intended) => {
      const appended = await tables.append(intended);
      process.stdout.write(`append ${appended.status}\n`);
      return appended;
    },
    appendAlone: async (...intended) => {
      process.stdout.write('alone\n');
      return tables.appendAlone(...intended);
    },
  },
  peers: new NatsPeers({ bus, stream: coreStream, messages, log }),
  report: () => undefined,
});
await stream.start();
process.stdout.write('started\n');

const cause = { actor: 'service:spec', correlationId: 'spec' };

/** Until it is done. */
const done = async (command: AccessCommand): Promise<void> => {
  const began = performance.now();
  for (;;) {
    const outcome = await stream.submit(command);
    if (outcome.status === 'accepted') {
      const took = Math.round(performance.now() - began);
      process.stdout.write(`${command.id} ${outcome.epoch} ${outcome.revision} ${took}\n`);
      return;
    }
    // An answer that comes at once, without a decision, must not turn this into a spin.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** People come, and one in four founds an organization, one in four of which is deleted: edges begin, and end. */
const client = async (): Promise<never> => {
  for (let n = 1; ; n++) {
    const [actor, organizationId] = [userId.parse(uuid()), uuid()];
    const plan = { plan: 'any', seats: null };
    const own = { actor, correlationId: 'spec' };
    await done({ type: 'addUser', id: uuid(), cause, userId: actor, mayBootstrap: false });
    if (n % 4 > 0) continue;
    await done({ type: 'createOrganization', id: uuid(), cause: own, organizationId, name: 'sealed', plan });
    if (organizationId.endsWith('0'))
      await done({ type: 'deleteOrganization', id: uuid(), cause: own, organizationId });
  }
};
for (let n = 0; n < Number(CLIENTS); n++) void client();
