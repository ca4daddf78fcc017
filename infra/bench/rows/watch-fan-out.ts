import { pinSelf } from '../pin.ts';
import { openRawSockets } from '../raw-sockets.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startServer } from '../server.ts';
import { slowestDelivery, startWatched } from '../watched-stack.ts';

const sockets = 1_000;
const server = '../../services/gateway/src/testing/fan-out-load.ts';

/** How many events, each for one socket, a server delivers in a second of its processor time. */
const deliveries = async (how: 'viewers' | 'plain', burst: number): Promise<number> => {
  const environment = { SOCKETS: `${sockets}`, BURST: `${burst}`, WATCH: how };
  const started = await startServer(server, { core: 'measured', environment });
  const measured = started.next();
  const clients = await openRawSockets(Number(started.said), sockets);
  const value = Number(await measured);
  for (const client of clients) client.destroy();
  await started.stop();
  return value;
};

export const measure = async (): Promise<Row> => {
  const values = await inTurn({
    single: () => deliveries('viewers', 1),
    singlePlain: () => deliveries('plain', 1),
    burst: () => deliveries('viewers', 10),
    burstPlain: () => deliveries('plain', 10),
  });
  pinSelf('any');
  const watched = await startWatched(sockets);
  const { accepted } = await inTurn({ accepted: () => slowestDelivery(watched) });
  await watched.stop();
  pinSelf('other');
  const unit = '/s';
  return {
    number: 17,
    title: 'Watch fan-out',
    about:
      `${sockets} sockets that watch the access log, 20 times a second one event or ten, each judged for each of them; deliveries ` +
      'in a second of processor time. And through all of it, services, Postgres, NATS and clients on the same cores: from the answer to ' +
      `one of 20 commands a second to its event on the ${sockets} sockets of fifty people.`,
    comparisons: [
      {
        what: 'deliveries of single events',
        unit,
        ours: values.single,
        baseline: '`ws`, JSON.stringify for each client',
        theirs: values.singlePlain,
        target: { atLeast: 2 },
      },
      {
        what: 'deliveries of ten events at once',
        unit,
        ours: values.burst,
        baseline: '`ws`, JSON.stringify for each client',
        theirs: values.burstPlain,
        target: { atLeast: 8 },
      },
    ],
    cause:
      'three quarters of a single delivery are the write itself, the kernel’s way through the loopback included, which both sides have ' +
      'alike; of ten events at once there is one such write on ours and ten on the other.',
    floors: [{ what: 'p99 from the answer to the event', unit: 'ms', ours: accepted, target: { atMost: 50 } }],
  };
};
