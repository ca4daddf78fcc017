import type { HopContext } from '@rollcall/service-kit/actor';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { signHop } from '@rollcall/service-kit/service-trust';
import { isSigned, type Route } from '@rollcall/types/route-definition';

/** Headers of the client that services may see; whatever else it sends ends here, claims of trust first of all. */
const passed = ['content-type', 'content-encoding', 'accept', 'if-match', 'if-none-match', 'idempotency-key'];

/** What clients prove themselves with at endpoints of OAuth: it is not for the gateway to judge. */
const passedToProtocol = ['authorization', 'dpop'];

/** What callers sign with, after Standard Webhooks: for the service to check. */
const passedOfSigned = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Headers of a service that belong to one connection (RFC 9110 section 7.6.1), or to a length that the server here
 * works out itself.
 */
const ownToConnection = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'trailer'];

export interface Forwarding {
  readonly directory: ServiceDirectory;
  readonly trustKeys: ReadonlyMap<string, Uint8Array>;
}

/** A request, and as much of it as was read already. */
export interface Forwarded {
  readonly request: Request;
  /** Path and query. */
  readonly target: string;
  readonly body: Uint8Array | null;
}

/**
 * Sends a request on to the service that owns the route, signed; returns its answer.
 *
 * @throws {ServiceUnavailableError} when the service cannot be reached, or does not believe the signature.
 */
export const forward = async (
  { directory, trustKeys }: Forwarding,
  route: Route,
  { request, target, body }: Forwarded,
  context: HopContext,
): Promise<Response> => {
  const key = trustKeys.get(route.service);
  if (!key) throw new ServiceUnavailableError(route.service, 'no key for it');
  const headers = signHop(
    { from: 'gateway', to: route.service, key },
    { method: route.method, target, body },
    context,
    Date.now(),
  );
  for (const name of passedFor(route, request)) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const { method } = route;
  let answer: Response;
  try {
    answer = await directory.send(route.service, {
      method,
      target,
      headers,
      body,
      repeatable: isRepeatable(route, request),
    });
  } catch (error) {
    throw new ServiceUnavailableError(route.service, error);
  }
  if (answer.status === 403) await assertTrusted(route, answer);
  for (const name of ownToConnection) answer.headers.delete(name);
  return answer;
};

/** By its method (RFC 9110 section 9.2.2), or because its key makes it so. */
const isRepeatable = ({ method, idempotent, repeatable }: Route, { headers }: Request): boolean =>
  repeatable !== false &&
  (['GET', 'PUT', 'DELETE'].includes(method) || (idempotent === true && headers.has('idempotency-key')));

// Cookies were checked to come from our own pages only where no `Authorization` header took their place.
const passedFor = (route: Route, request: Request): readonly string[] => [
  ...passed,
  ...(route.protocol ? passedToProtocol : []),
  ...(isSigned(route) ? passedOfSigned : []),
  ...(route.cookies && !request.headers.has('authorization') ? ['cookie'] : []),
];

/** Keys or clocks of the two services differ: an operator's matter, not one of the caller's rights. */
const assertTrusted = async (route: Route, answer: Response): Promise<void> => {
  if ((await answer.clone().text()).includes('"code":"untrusted_hop"')) {
    throw new ServiceUnavailableError(route.service, new Error('it does not trust this gateway'));
  }
};
