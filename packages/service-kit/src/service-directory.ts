import type { ServiceName } from '@rollcall/types/services';
import { Pool } from 'undici';

/** A request to another service, headers and signature included. */
export interface ServiceRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
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

/** Services of their own processes, over keep-alive connections. */
export class HttpDirectory implements ServiceDirectory {
  readonly #pools: ReadonlyMap<string, Pool>;

  constructor(urls: ReadonlyMap<string, string>) {
    this.#pools = new Map(
      [...urls].map(([service, url]) => [
        service,
        new Pool(url, {
          connections: 32,
          headersTimeout: deadlineMilliseconds,
          bodyTimeout: deadlineMilliseconds,
          connect: { timeout: 1_000 },
        }),
      ]),
    );
  }

  async send(service: ServiceName, request: ServiceRequest): Promise<Response> {
    const pool = this.#pools.get(service);
    if (!pool) throw new Error(`SERVICE_URLS does not name ${service}`);
    const answer = await pool.request({
      method: request.method as 'GET',
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
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }
}
