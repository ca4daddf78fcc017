import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are, which no client library would, and reads until the server closes. */
export const sendRaw = (url: string, text: string): Promise<RawAnswer> =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', failed);
    socket.on('close', () => done(parse(received)));
  });

/** A request line and headers for {@link sendRaw}, closed after the answer. */
export const rawRequest = (line: string, headers: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: rollcall.test', 'Connection: close', ...headers, '', body].join('\r\n');

const parse = (received: string): RawAnswer => {
  const at = received.indexOf('\r\n\r\n');
  return {
    status: Number(received.slice(9, 12)),
    head: received.slice(0, at).toLowerCase(),
    body: received.slice(at + 4),
  };
};
