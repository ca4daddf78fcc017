import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { waitFor } from '@rollcall/testing/wait-for';

/** What came to an application that hears of logouts. */
export interface HeardLogout {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly token: string;
}

/** The address where an application hears of logouts, on a port of its own. */
export const startLogoutListener = async () => {
  const heard: HeardLogout[] = [];
  const answers: (number | 'never')[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const contentType = request.headers['content-type'];
    heard.push({ method: request.method, contentType, token: form.get('logout_token') ?? '' });
    const answer = answers.shift() ?? 200;
    if (answer !== 'never') response.writeHead(answer).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    host,
    url: `http://${host}/logout`,
    heard,
    /** The next calls are answered with these, and all later ones with 200. */
    answer: (...given: (number | 'never')[]) => answers.push(...given),
    /** @throws when there are not so many before long */
    wait: (count: number) => waitFor(`${count} logouts`, async () => heard.length >= count && heard),
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
