import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { loseTail, messagesOf } from './jetstream-tail.ts';

/** A NATS of one spec file's own, to be broken at will. It keeps its address over restarts. */
export interface OwnNats {
  readonly url: string;
  readonly token: string;
  /** Starts it again after {@link kill}; resolves once it serves. */
  start(): Promise<void>;
  /** As a power cut does; resolves once it is gone. */
  kill(): Promise<void>;
  /** As its operator does: it writes down what it knows. Resolves once it is gone. */
  shutDown(): Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Deletes everything it stored; while it is down. */
  loseStore(): Promise<void>;
  /** Deletes what a stream has after a sequence, as when acknowledged writes never reached the disk; while it is down. */
  loseTail(stream: string, lastKept: number): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export const startOwnNats = async (): Promise<OwnNats> => {
  const program = process.env.ROLLCALL_TEST_NATS_BIN;
  if (!program) throw new Error('ROLLCALL_TEST_NATS_BIN is not set: run specs through npm test');
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-nats-'));
  const store = join(folder, 'jetstream');
  const token = randomBytes(18).toString('base64url');
  const port = await freePort();
  const configuration = join(folder, 'nats.conf');
  await writeFile(
    configuration,
    `listen: "127.0.0.1:${port}"\nauthorization { token: "${token}" }\njetstream { store_dir: "${store}" }\n`,
  );

  let server: ChildProcess | undefined;
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const dying = server;
    server = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    dying.kill(signal);
    await once(dying, 'exit');
  };
  const nats: OwnNats = {
    url: `nats://127.0.0.1:${port}`,
    token,
    start: async () => {
      server = await serve(program, configuration);
    },
    kill: () => end('SIGKILL'),
    shutDown: () => end('SIGTERM'),
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    loseStore: () => rm(store, { recursive: true, force: true }),
    loseTail: (stream, lastKept) => loseTail(messagesOf(store, stream), lastKept),
    stop: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await nats.start();
  return nats;
};

const serve = async (program: string, configuration: string): Promise<ChildProcess> => {
  const server = spawn(program, ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  // Vitest may end without running what cleans up.
  const end = (): void => void server.kill('SIGKILL');
  process.once('exit', end);
  server.once('exit', () => process.off('exit', end));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Server is ready')) resolve();
    });
    server.once('exit', () => reject(new Error(`nats-server ended: ${said}`)));
  });
  server.stderr.removeAllListeners('data').resume();
  return server;
};
