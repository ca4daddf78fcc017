import { Bus } from '@rollcall/events/bus';
import { StreamFollower } from '@rollcall/events/stream-follower';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { type Envelope, natsSubject, streamName } from '@rollcall/types/envelope';
import { AckPolicy, connect, DeliverPolicy } from 'nats';
import { pinSelf } from '../pin.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const events = 100_000;
const subjects = 10_000;

const envelopeOf = (subject: string, subjectsequence: number) => ({
  specversion: '1.0',
  id: newId(),
  source: 'rollcall/deactivation',
  type: 'user.deactivated',
  subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'administrator' },
  actor: newId(),
  correlationid: newId(),
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  subjectsequence,
});

const fill = async (bus: Bus, { nats }: Platform): Promise<void> => {
  while (!bus.connected) await new Promise((soon) => setTimeout(soon, 20));
  await bus.stream();
  const connection = await connect({ servers: nats.url, token: nats.token });
  const ids = Array.from({ length: subjects }, () => newId());
  for (let n = 0; n < events; n++) {
    const body = JSON.stringify(envelopeOf(ids[n % subjects] ?? '', Math.floor(n / subjects) + 1));
    connection.publish(natsSubject('deactivation', 'user.deactivated'), body);
    if (n % 1_000 === 0) await connection.flush();
  }
  await connection.flush();
  await connection.close();
  while ((await bus.stream()).state.last_seq < events) await new Promise((soon) => setTimeout(soon, 20));
};

const perSecond = async (read: (isLast: () => void) => Promise<() => Promise<unknown>>): Promise<number> => {
  let last = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    last = resolve;
  });
  const began = performance.now();
  const stop = await read(last);
  await done;
  const milliseconds = performance.now() - began;
  await stop();
  return (events / milliseconds) * 1_000;
};

/** What a cache does with an event: it remembers the newest of each subject. */
const follow = (bus: Bus) => async (isLast: () => void) => {
  const newest = new Map<string, Envelope>();
  const reader = {
    open: () => 0,
    take: (sequence: number, envelope: Envelope | undefined) => {
      if (envelope) newest.set(envelope.subject, envelope);
      if (sequence === events) isLast();
    },
  };
  const follower = new StreamFollower(bus, reader, createLogger('gateway', 'error'));
  follower.start();
  return () => follower.stop();
};

const loop = (bus: Bus, acknowledge: boolean) => async (isLast: () => void) => {
  const jetstream = bus.jetstream();
  await bus.stream();
  const name = `bench-${newId()}`;
  if (acknowledge) {
    const durable = { durable_name: name, ack_policy: AckPolicy.Explicit, max_ack_pending: 1_000 };
    await (await bus.manager()).consumers.add(streamName, durable);
  }
  const consumer = await jetstream.consumers.get(
    streamName,
    acknowledge ? name : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: 1 },
  );
  const messages = await consumer.consume({ max_messages: 500 });
  const reading = (async () => {
    for await (const message of messages) {
      if (acknowledge) message.ack();
      if (message.seq === events) isLast();
    }
  })();
  return async () => {
    messages.stop();
    await reading;
  };
};

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  pinSelf('measured');
  const bus = new Bus({ ...platform.nats, name: 'bench', log: createLogger('gateway', 'error') });
  await fill(bus, platform);
  const values = await inTurn({
    ours: () => perSecond(follow(bus)),
    bare: () => perSecond(loop(bus, false)),
    acknowledged: () => perSecond(loop(bus, true)),
  });
  await bus.close();
  await platform.stop();
  pinSelf('other');
  const common = { what: 'events read, checked and remembered', unit: '/s', ours: values.ours };
  return {
    number: 14,
    title: 'Catch-up speed',
    about: `A stream of ${events.toLocaleString('en')} events, read from its beginning by what keeps the newest of each subject in memory.`,
    comparisons: [
      { ...common, baseline: 'a loop that does nothing', theirs: values.bare, target: { atLeast: 0.6 } },
      { ...common, baseline: 'each acknowledged', theirs: values.acknowledged, target: { atLeast: 2.5 } },
    ],
    cause:
      'of some 18 µs an event takes, the NATS client needs 10 to take a message apart; JSON.parse and the check of the ' +
      'envelope need 4 each. An acknowledgement costs the client 8 µs, because it writes many of them at once: a cache that ' +
      'did nothing at all with its events would be twice as fast as that loop, not two and a half times.',
  };
};
