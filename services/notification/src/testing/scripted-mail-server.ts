import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
}

/** What the server does wrong, each entry once: reply codes at a step, or a cut connection. */
export interface Script {
  greeting: number[];
  sender: number[];
  recipient: number[];
  data: number[];
  /** Cuts the connection in the middle of a message. */
  cutInData: number;
  /** Takes the message, then cuts the connection in place of saying so. */
  cutAfterData: number;
  /** Runs between the message and the answer. */
  beforeAnswer: () => Promise<void>;
}

const reply = (codes: number[]): Error | null => {
  const responseCode = codes.shift();
  return responseCode === undefined ? null : Object.assign(new Error('as the script says'), { responseCode });
};

/** A real SMTP server that fails as told and keeps what it took and every byte that clients said. */
export const startScriptedMailServer = async () => {
  const received: ReceivedMail[] = [];
  const transcripts: string[] = [];
  const sockets = new Set<Socket>();
  const script: Script = {
    greeting: [],
    sender: [],
    recipient: [],
    data: [],
    cutInData: 0,
    cutAfterData: 0,
    beforeAnswer: async () => undefined,
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onConnect: (_session, done) => done(reply(script.greeting)),
    onMailFrom: (_address, _session, done) => done(reply(script.sender)),
    onRcptTo: (_address, _session, done) => done(reply(script.recipient)),
    onData: async (stream, { envelope }, done) => {
      if (script.cutInData > 0) {
        script.cutInData--;
        return cut();
      }
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const refused = reply(script.data);
      if (refused) return done(refused);
      received.push({
        from: envelope.mailFrom ? envelope.mailFrom.address : '',
        to: envelope.rcptTo.map(({ address }) => address),
        raw: Buffer.concat(chunks),
      });
      if (script.cutAfterData > 0) {
        script.cutAfterData--;
        return cut();
      }
      await script.beforeAnswer();
      done();
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    const at = transcripts.push('') - 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      transcripts[at] += chunk.toString();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    transcripts,
    script,
    stop: () =>
      new Promise<void>((resolve) => {
        cut();
        server.close(resolve);
      }),
  };
};

export type ScriptedMailServer = Awaited<ReturnType<typeof startScriptedMailServer>>;
