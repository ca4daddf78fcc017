import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@rollcall/database/connect';
import { beforeFirst, type Head } from '@rollcall/event-store/log';
import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { userId } from '@rollcall/types/ids';
import { accessStream, coreStream } from '../store/access-stream.ts';
import { NatsPeers } from '../store/nats-peers.ts';
import { PeerMessages } from '../store/peer-messages.ts';
import { peerSecret } from '../store/peer-secret.ts';
import { postgresLog } from '../store/postgres-log.ts';

/**
 * A writer of the access log for `infra/bench`, in a process of its own: it tells how many events a second were
 * acknowledged after their commit.
 */
const { DATABASE_URL = '', NATS_URL = '', NATS_TOKEN = '', WRITER = 'loop', CLIENTS = '256' } = process.env;
const warmUpMs = 1_500;
const measuredMs = 3_000;

const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};
const cause = { actor: 'service:bench', correlationId: 'bench' };
const log = createLogger('role-permission', 'silent');
const connection = connect({ url: DATABASE_URL, name: 'bench', ...(WRITER === 'loop' ? {} : { max: 16 }) });
let acknowledged = 0;

/** As the service has it: every client waits for its answer before it asks again. */
const throughLoop = async (): Promise<void> => {
  const bus = new Bus({ url: NATS_URL, token: NATS_TOKEN, name: 'bench', log });
  const messages = new PeerMessages(await peerSecret(connection.sql, coreStream));
  const stream = accessStream({
    sql: connection.sql,
    peers: new NatsPeers({ bus, stream: coreStream, messages, log }),
    report: () => undefined,
  });
  await stream.start();
  const client = async (): Promise<never> => {
    for (;;) {
      const add = { type: 'addUser', id: uuid(), cause, userId: userId.parse(uuid()), mayBootstrap: false } as const;
      if ((await stream.submit(add)).status === 'accepted') acknowledged++;
      else await delay(5);
    }
  };
  for (let n = 0; n < Number(CLIENTS); n++) void client();
};

/** The same statement with one event in it, over 16 streams that do not get in each other's way. */
const oneByOne = (): void => {
  const client = async (stream: string): Promise<never> => {
    const own = postgresLog(connection.sql, stream);
    const { epoch } = await own.read(1, 1);
    let [head, headAt]: [Head, number] = [beforeFirst, 0];
    for (;;) {
      const id = uuid();
      const event = {
        type: 'access.user_added',
        subject: userId.parse(uuid()),
        data: {},
        subjectSequence: 1,
        cause,
      } as const;
      const proposed = [{ id, commandId: id, index: 0, event }];
      const appended = await own.append({ epoch, head, headAt, proposed });
      if (appended.status !== 'appended') throw new Error(`an append came to ${appended.status}`);
      [head, headAt] = [{ position: head.position + 1, id }, appended.at];
      acknowledged++;
    }
  };
  for (let n = 0; n < 16; n++) void client(`bench ${uuid()}`);
};

if (WRITER === 'loop') await throughLoop();
else oneByOne();
await delay(warmUpMs);
const [before, began] = [acknowledged, performance.now()];
await delay(measuredMs);
process.send?.((acknowledged - before) / ((performance.now() - began) / 1_000));
