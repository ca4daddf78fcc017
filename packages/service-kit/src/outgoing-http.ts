import { Agent, buildConnector, type Dispatcher } from 'undici';
import { createGuardedConnector, type Resolve, resolveBySystem } from './guarded-connector.ts';
import { type OutgoingFault, OutgoingHttpError } from './outgoing-http-error.ts';
import { hostAndPort, isConfidential } from './private-hosts.ts';
import { isPublicAddress } from './public-address.ts';

export interface OutgoingHttpOptions {
  /** Exact `host:port`s that may be private, and without TLS; see `privateHosts`. */
  readonly privateHosts: ReadonlySet<string>;
  /** Milliseconds from the call to the last byte of the answer; 10,000 unless told. */
  readonly deadline?: number;
  /** Bytes of an answer; 1 MiB unless told. */
  readonly sizeLimit?: number;
  /** Calls under way, in all and to one host. */
  readonly atOnce?: { readonly inAll: number; readonly eachHost: number };
  readonly resolve?: Resolve;
}

export interface OutgoingRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal | undefined;
}

const redirections: ReadonlySet<number> = new Set([300, 301, 302, 303, 305, 307, 308]);
/** What no caller says: whom it talks to, and what an answer said before. */
const neverSent: ReadonlySet<string> = new Set([
  'host',
  'cookie',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
]);

/**
 * The one way in which services call addresses that people configured: identity providers, webhooks, hooks. It reaches the
 * public Internet over TLS, and of what is private only what the operator named. No redirection is followed, no cookie
 * kept, nothing unpacked; an answer comes whole, within its size and time, or not at all.
 *
 * @example
 * const answer = await outgoing.call('https://example.com/hook', { method: 'POST', body: '{}' });
 */
export class OutgoingHttp {
  readonly #options: Required<Omit<OutgoingHttpOptions, 'resolve'>>;
  readonly #agent: Agent;
  readonly #underWay = new Map<string, number>();
  #all = 0;

  constructor(options: OutgoingHttpOptions) {
    const { privateHosts, deadline = 10_000, sizeLimit = 1_048_576, resolve = resolveBySystem } = options;
    const { atOnce = { inAll: 64, eachHost: 8 } } = options;
    this.#options = { privateHosts, deadline, sizeLimit, atOnce };
    const timeoutMilliseconds = Math.min(deadline, 5_000);
    const guarded = createGuardedConnector({ resolve, isAllowed: isPublicAddress, timeoutMilliseconds });
    const open = buildConnector({ timeout: timeoutMilliseconds });
    this.#agent = new Agent({
      connect: (target, callback) => {
        const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
        return (privateHosts.has(hostAndPort(url)) ? open : guarded)(target, callback);
      },
      connections: atOnce.eachHost,
      headersTimeout: deadline,
      bodyTimeout: deadline,
      maxHeaderSize: 16_384,
      keepAliveTimeout: 4_000,
    });
  }

  /**
   * The whole answer, whatever its status.
   *
   * @throws {OutgoingHttpError} when the address may not be called, or there is no answer within the limits.
   */
  async call(address: string | URL, request: OutgoingRequest = {}): Promise<Response> {
    const url = this.#judge(address);
    const finish = this.#begin(url.host);
    const late = AbortSignal.timeout(this.#options.deadline);
    const signal = request.signal ? AbortSignal.any([late, request.signal]) : late;
    try {
      return await this.#send(url, request, signal);
    } catch (error) {
      throw signal.aborted ? new OutgoingHttpError('too_slow', error) : asFault(error);
    } finally {
      finish();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #judge(address: string | URL): URL {
    if (!URL.canParse(String(address))) throw new OutgoingHttpError('bad_address');
    const url = new URL(address);
    const isGood = isConfidential(url, this.#options.privateHosts) && !url.username && !url.password;
    if (!isGood) throw new OutgoingHttpError('bad_address');
    return url;
  }

  /** One host that is slow takes up its own room only. */
  #begin(host: string): () => void {
    const { inAll, eachHost } = this.#options.atOnce;
    const here = this.#underWay.get(host) ?? 0;
    if (this.#all >= inAll || here >= eachHost) throw new OutgoingHttpError('too_many');
    this.#all++;
    this.#underWay.set(host, here + 1);
    return () => {
      this.#all--;
      const left = (this.#underWay.get(host) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(host);
      else this.#underWay.set(host, left);
    };
  }

  async #send(url: URL, request: OutgoingRequest, signal: AbortSignal): Promise<Response> {
    const given = Object.entries(request.headers ?? {}).filter(([name]) => !neverSent.has(name.toLowerCase()));
    const answer = await this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: { ...Object.fromEntries(given), 'accept-encoding': 'identity' },
      body: request.body ?? null,
      signal,
    });
    // Told to whoever reads it; where nobody does, an error without a listener would end the process.
    answer.body.on('error', () => undefined);
    try {
      const fault = faultOf(answer);
      if (fault) throw new OutgoingHttpError(fault);
      const body = await this.#read(answer);
      return new Response(body.byteLength === 0 ? null : body, {
        status: answer.statusCode,
        headers: headersOf(answer),
      });
    } finally {
      // What was not read to its end takes its connection with it.
      answer.body.destroy();
    }
  }

  async #read({ headers, body }: Dispatcher.ResponseData): Promise<Uint8Array<ArrayBuffer>> {
    const { sizeLimit } = this.#options;
    if (Number(headers['content-length'] ?? 0) > sizeLimit) throw new OutgoingHttpError('too_large');
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > sizeLimit) throw new OutgoingHttpError('too_large');
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks, size));
  }
}

const faultOf = ({ statusCode, headers }: Dispatcher.ResponseData): OutgoingFault | undefined => {
  if (redirections.has(statusCode)) return 'redirected';
  return /^\s*(?:identity)?\s*$/i.test(String(headers['content-encoding'] ?? '')) ? undefined : 'encoded';
};

const headersOf = ({ headers }: Dispatcher.ResponseData): Headers => {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') continue;
    for (const one of Array.isArray(value) ? value : [value ?? '']) kept.append(name, one);
  }
  return kept;
};

/** The fault that is behind an error of the transport, wherever it wrapped it. */
const asFault = (error: unknown): OutgoingHttpError => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof OutgoingHttpError) return at;
  return new OutgoingHttpError('unreachable', error);
};
