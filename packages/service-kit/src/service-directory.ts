import type { ServiceName } from '@rollcall/types/services';
import { Replicas } from './replicas.ts';
import type { ServiceRequest } from './service-request.ts';

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

/** Services of their own processes, each behind the addresses of its replicas, over keep-alive connections. */
export class HttpDirectory implements ServiceDirectory {
  readonly #replicas: ReadonlyMap<string, Replicas>;

  constructor(urls: ReadonlyMap<string, readonly string[]>) {
    this.#replicas = new Map([...urls].map(([service, addresses]) => [service, new Replicas(addresses)]));
  }

  async send(service: ServiceName, request: ServiceRequest): Promise<Response> {
    const replicas = this.#replicas.get(service);
    if (!replicas) throw new Error(`SERVICE_URLS does not name ${service}`);
    return replicas.send(request);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#replicas.values()].map((replicas) => replicas.close()));
  }
}
