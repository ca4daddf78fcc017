import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

const question = z.object({
  point: z.string(),
  id: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type Question = z.infer<typeof question>;

/** What to answer, or what to do to the answer in its place. */
type Script = (question: Question) => object | ((response: ServerResponse) => void);

/** A hook on loopback that hears what is signed with its secret, and says what a spec has it say. */
export const startScriptedHook = async () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const asked: Question[] = [];
  const denial: Script = () => ({ decision: 'deny' });
  const script = { answer: denial };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const heard = question.parse(new Webhook(secret).verify(await text(request), headers));
    asked.push(heard);
    const said = script.answer(heard);
    if (typeof said === 'function') return said(response);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(401).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/hook`,
    host: `127.0.0.1:${port}`,
    secret,
    asked,
    script,
    reset: () => {
      asked.length = 0;
      script.answer = denial;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export type ScriptedHook = Awaited<ReturnType<typeof startScriptedHook>>;
