import { request } from 'node:http';

export interface RawRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly target: string;
  /** Several values are sent as several headers of that name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Where it comes from; another address of this machine each time unless told. */
  readonly from?: string | undefined;
  readonly body?: Uint8Array | undefined;
  /** In chunks and without a length, as a client that does not know its end would send it. */
  readonly chunked?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<NodeJS.Dict<string | readonly string[]>>;
  readonly text: string;
}

/** A minute's limit counts by address, and all of 127.0.0.0/8 is this machine: each request comes from another one. */
let last = 1;
const nextAddress = (): string => {
  last = (last % 250) + 1;
  return process.platform === 'linux' ? `127.0.0.${last}` : '127.0.0.1';
};

const patienceMilliseconds = 10_000;
const chunkBytes = 65_536;

/** Sends bytes that no well-behaved client would send; rejects when there is no answer in ten seconds. */
export const sendRaw = (gateway: string, raw: RawRequest): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { method, target, headers = {}, body, chunked = false, from = nextAddress() } = raw;
    // Said outright: by itself Node sends some methods' bodies without saying how long they are.
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body?.byteLength ?? 0) };
    const outgoing = request(gateway, {
      method,
      path: target,
      localAddress: from,
      headers: { ...(body ? length : {}), ...headers },
      signal: AbortSignal.timeout(patienceMilliseconds),
      agent: false,
    });
    let isAnswered = false;
    outgoing.on('response', (incoming) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        outgoing.destroy();
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          headers: incoming.headers,
          text: Buffer.concat(parts).toString(),
        });
      });
    });
    // A server may answer and hang up before it has read everything: the answer counts.
    outgoing.on('error', (error) => {
      if (!isAnswered) reject(new Error(`${method} ${target.slice(0, 80)} got no answer`, { cause: error }));
    });
    if (!body || !chunked) {
      outgoing.end(body);
      return;
    }
    for (let at = 0; at < body.byteLength; at += chunkBytes) outgoing.write(body.subarray(at, at + chunkBytes));
    outgoing.end();
  });
