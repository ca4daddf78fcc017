import { connect, type MsgHdrs, nanos } from 'nats';
import type { Stack } from './stack.ts';

/** Everything about a message that a reader of NATS sees. */
export interface NatsMessage {
  readonly subject: string;
  readonly headers: string;
  readonly body: string;
}

export interface Eavesdropper {
  /** What was said so far, in the order in which it was. */
  readonly heard: readonly NatsMessage[];
  stop(): Promise<void>;
}

interface Received {
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  string(): string;
}

const read = (message: Received): NatsMessage => ({
  subject: message.subject,
  headers: [...(message.headers ?? [])].map(([name, values]) => `${name}: ${values.join(', ')}`).join('\n'),
  body: message.string(),
});

/** Every message of the stream, from its beginning. */
export const streamMessages = async ({ url, token }: Stack['nats']): Promise<NatsMessage[]> => {
  const connection = await connect({ servers: url, token, timeout: 2_000 });
  try {
    const messages: NatsMessage[] = [];
    const consumer = await connection.jetstream().consumers.get('ROLLCALL');
    const { num_pending: pending } = await consumer.info();
    if (pending === 0) return messages;
    for await (const message of await consumer.consume()) {
      messages.push(read(message));
      if (messages.length === pending) break;
    }
    return messages;
  } finally {
    await connection.close();
  }
};

/** The durable consumers that have something before them or in hand. */
export const pendingAtConsumers = async ({ url, token }: Stack['nats']): Promise<string[]> => {
  const connection = await connect({ servers: url, token, timeout: 2_000 });
  try {
    const manager = await connection.jetstreamManager();
    const behind: string[] = [];
    for await (const { name, config, num_pending, num_ack_pending } of manager.consumers.list('ROLLCALL')) {
      const waiting = num_pending + num_ack_pending;
      if (config.durable_name !== undefined && waiting > 0) behind.push(`${name}: ${waiting}`);
    }
    return behind;
  } finally {
    await connection.close();
  }
};

/** Hears what is said on every subject from here on: what the stream keeps, and what is only said. */
export const eavesdrop = async ({ url, token }: Stack['nats']): Promise<Eavesdropper> => {
  const connection = await connect({ servers: url, token, timeout: 2_000 });
  const heard: NatsMessage[] = [];
  connection.subscribe('>', {
    callback: (error, message) => {
      if (!error) heard.push(read(message));
    },
  });
  await connection.flush();
  return { heard, stop: () => connection.close() };
};

/** For how long the stream knows a message again by its id; two minutes unless told. */
export const setDuplicateWindow = async ({ url, token }: Stack['nats'], milliseconds: number): Promise<void> => {
  const connection = await connect({ servers: url, token, timeout: 2_000 });
  try {
    const manager = await connection.jetstreamManager();
    await manager.streams.update('ROLLCALL', { duplicate_window: nanos(milliseconds) });
  } finally {
    await connection.close();
  }
};
