import { createHash } from 'node:crypto';
import type { Actor, HopContext } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import type { ServiceRequest } from '@rollcall/service-kit/service-request';
import { signHop } from '@rollcall/service-kit/service-trust';
import { sessionId, userId } from '@rollcall/types/ids';
import { type PeerName, type ServiceName, serviceNames } from '@rollcall/types/services';
import { testServers } from './test-database.ts';

/** The key of a pair of services in tests. */
const trustKey = (one: PeerName, other: PeerName): Buffer =>
  createHash('sha256')
    .update(`test trust ${[one, other].sort().join('|')}`)
    .digest();

const peers: readonly PeerName[] = [...serviceNames, 'operator'];

/** The variables a service needs to run in a spec, on a database of its own. */
export const testEnvironment = (service: ServiceName, databaseUrl: string): Record<string, string> => {
  const { natsUrl, natsToken } = testServers();
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PUBLIC_URL: 'http://rollcall.test',
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    NATS_TOKEN: natsToken,
    SERVICE_TRUST_KEYS: peers.map((peer) => `${peer}=${trustKey(service, peer).toString('base64url')}`).join(','),
  };
};

/** A signed-in person, freshly made. */
export const somebody = (): Actor => ({
  userId: userId.parse(newId()),
  sessionId: sessionId.parse(newId()),
  tokenId: newId(),
  authenticatedAt: Math.floor(Date.now() / 1000),
  methods: ['pwd'],
});

export interface TestCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Instead of `body`: the bytes as they are. */
  readonly rawBody?: string;
  /** For whom; nobody unless told. */
  readonly actor?: Actor | null;
  /** Which service sends it; the gateway unless told. */
  readonly from?: PeerName;
  /** Where the client is; 192.0.2.1 unless told. */
  readonly ipAddress?: string;
  /** What the client is; `spec` unless told. */
  readonly userAgent?: string;
  /** What the caller may have heard of the access log. */
  readonly accessRevision?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a properly signed request to a service, as the gateway or another service would. */
export const callService = async (
  service: { readonly name: ServiceName; fetch(request: Request): Response | Promise<Response> },
  call: TestCall,
): Promise<Response> => {
  const from = call.from ?? 'gateway';
  const text = call.rawBody ?? (call.body === undefined ? null : JSON.stringify(call.body));
  const body = text === null ? null : Buffer.from(text);
  const context: HopContext = {
    requestId: newId(),
    actor: call.actor ?? null,
    ipAddress: call.ipAddress ?? '192.0.2.1',
    userAgent: call.userAgent ?? 'spec',
    ...(call.accessRevision === undefined ? {} : { accessRevision: call.accessRevision }),
  };
  const url = new URL(call.path, `http://${service.name}`);
  const hop = { method: call.method, target: url.pathname + url.search, body };
  return service.fetch(
    new Request(url, {
      method: call.method,
      headers: {
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...signHop({ from, to: service.name, key: trustKey(from, service.name) }, hop, context, Date.now()),
        ...call.headers,
      },
      body,
    }),
  );
};

type Responded = { readonly status: number; readonly body: unknown };
type Respond = (request: ServiceRequest & { readonly json: unknown }) => Responded | Promise<Responded>;

/** The other services, as far as a spec needs them: by `METHOD /path`, a trailing `*` matching the rest. */
export const fakeServices = (
  responses: Readonly<Record<string, Respond>>,
): ServiceDirectory & { readonly calls: string[] } => {
  const calls: string[] = [];
  return {
    calls,
    send: async (service, request) => {
      const asked = `${request.method} ${request.target}`;
      calls.push(`${service}: ${asked}`);
      const found = Object.entries(responses).find(([pattern]) =>
        pattern.endsWith('*') ? asked.startsWith(pattern.slice(0, -1)) : asked === pattern,
      );
      if (!found) throw new Error(`the spec has no answer for ${service} ${asked}`);
      const json: unknown = request.body ? JSON.parse(Buffer.from(request.body).toString()) : undefined;
      const { status, body } = await found[1]({ ...request, json });
      return Response.json(body, { status });
    },
    close: async () => undefined,
  };
};
