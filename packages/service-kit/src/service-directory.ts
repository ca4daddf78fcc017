import type { ServiceName } from '@rollcall/types/services';
import { BalancedPool, type Dispatcher, interceptors } from 'undici';

/** A request to another service, headers and signature included. */
export interface ServiceRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Asking twice does no more than asking once: another replica may be asked when one breaks off. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/** Where the other services are: in this process, or behind an address each. */
export interface ServiceDirectory {
  /** @throws when the service cannot be reached. */
  send(service: ServiceName, request: ServiceRequest): Promise<Response>;
  close(): Promise<void>;
}

type Fetch = (request: Request) => Response | Promise<Response>;

/** Services of one process call each other's handlers directly; signatures are made and checked all the same. */
export class InProcessDirectory implements ServiceDirectory {
  readonly #services = new Map<ServiceName, Fetch>();

  register(service: ServiceName, fetch: Fetch): void {
    this.#services.set(service, fetch);
  }

  async send(service: ServiceName, request: ServiceRequest): Promise<Response> {
    const fetch = this.#services.get(service);
    if (!fetch) throw new Error(`${service} has not started`);
    return fetch(
      new Request(`http://${service}${request.target}`, {
        method: request.method,
        headers: request.headers,
        body: request.body,
      }),
    );
  }

  async close(): Promise<void> {
    this.#services.clear();
  }
}

const deadlineMilliseconds = 10_000;

/** No connection came about, so nothing can have been done. */
const neverArrived = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** The connection broke, and nobody knows how far the service had come. */
const brokenOff = [...neverArrived, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

const methods: Dispatcher.HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Some 0.7 s in all: enough to change over to another replica, and quick to say that there is none. */
const patience = { maxRetries: 4, minTimeout: 50, timeoutFactor: 2, maxTimeout: 400, methods, statusCodes: [] };

/** The ways to one service, over the same connections. */
interface Ways {
  readonly repeatable: Dispatcher;
  readonly once: Dispatcher;
}

/** Services of their own processes, each behind the addresses of its replicas, over keep-alive connections. */
export class HttpDirectory implements ServiceDirectory {
  readonly #ways: ReadonlyMap<string, Ways>;

  constructor(urls: ReadonlyMap<string, readonly string[]>) {
    this.#ways = new Map(
      [...urls].map(([service, replicas]) => {
        const pool = new BalancedPool([...replicas], {
          connections: 32,
          headersTimeout: deadlineMilliseconds,
          bodyTimeout: deadlineMilliseconds,
          connect: { timeout: 1_000 },
        });
        return [
          service,
          {
            repeatable: pool.compose(interceptors.retry({ ...patience, errorCodes: brokenOff })),
            once: pool.compose(interceptors.retry({ ...patience, errorCodes: neverArrived })),
          },
        ];
      }),
    );
  }

  async send(service: ServiceName, request: ServiceRequest): Promise<Response> {
    const ways = this.#ways.get(service);
    if (!ways) throw new Error(`SERVICE_URLS does not name ${service}`);
    const answer = await (request.repeatable ? ways.repeatable : ways.once).request({
      method: request.method as Dispatcher.HttpMethod,
      path: request.target,
      headers: request.headers,
      body: request.body,
      signal: request.signal ?? null,
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
    }
    const body = Buffer.from(await answer.body.arrayBuffer());
    return new Response(body.length === 0 ? null : body, { status: answer.statusCode, headers });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ways.values()].map(({ once }) => once.close()));
  }
}
