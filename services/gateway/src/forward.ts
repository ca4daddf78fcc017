import type { HopContext } from '@rollcall/service-kit/actor';
import { defaultBodyLimit, readBody } from '@rollcall/service-kit/request-body';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { signHop } from '@rollcall/service-kit/service-trust';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';

/** Headers of the client that services may see; whatever else it sends ends here, claims of trust first of all. */
const passed = ['content-type', 'accept', 'if-match', 'if-none-match', 'idempotency-key'];

export interface Forwarding {
  readonly directory: ServiceDirectory;
  readonly trustKeys: ReadonlyMap<string, Uint8Array>;
}

/**
 * Sends a request on to the service that owns the route, signed.
 *
 * @returns the service's answer, or a refusal when the body is too large.
 * @throws {ServiceUnavailableError} when the service cannot be reached.
 */
export const forward = async (
  { directory, trustKeys }: Forwarding,
  route: Route,
  request: Request,
  target: string,
  context: HopContext,
): Promise<Response | Refusal> => {
  const key = trustKeys.get(route.service);
  if (!key) throw new ServiceUnavailableError(route.service, 'no key for it');
  const body = await readBody(request, route.bodyLimit ?? defaultBodyLimit);
  if (isRefusal(body)) return body;

  const headers = signHop(
    { from: 'gateway', to: route.service, key },
    { method: route.method, target, body },
    context,
    Date.now(),
  );
  for (const name of route.cookies ? [...passed, 'cookie'] : passed) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  try {
    return await directory.send(route.service, { method: route.method, target, headers, body });
  } catch (error) {
    throw new ServiceUnavailableError(route.service, error);
  }
};
