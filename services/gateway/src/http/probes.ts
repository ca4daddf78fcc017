import { answer, handle } from '@rollcall/service-kit/call-context';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { everyServiceRoutes } from '@rollcall/types/routes/every-service';
import { livez, readyz } from '@rollcall/types/routes/gateway';
import { type ServiceName, serviceNames } from '@rollcall/types/services';

export const handleLivez = () => handle(livez, async () => answer(200, { status: 'ok' }));

/** Ready when every service and everything it depends on is; otherwise the problem names what is not. */
export const handleReadyz = (client: ServiceClient) =>
  handle(readyz, async () => {
    const others = serviceNames.filter((name) => name !== 'gateway');
    const entries = await Promise.all(others.map(async (name) => [name, await dependenciesOf(client, name)] as const));
    const services = Object.fromEntries(entries);
    const missing = entries.flatMap(([name, dependencies]) =>
      Object.entries(dependencies)
        .filter(([, state]) => state !== 'ok')
        .map(([dependency]) => ({ pointer: `/${name}/${dependency}`, detail: 'is unavailable' })),
    );
    return missing.length === 0 ? answer(200, { status: 'ok', services }) : refuse('unavailable', { errors: missing });
  });

const dependenciesOf = async (client: ServiceClient, name: ServiceName): Promise<Record<string, string>> => {
  try {
    const readiness = await client.call(everyServiceRoutes(name).readReadiness, { timeout: 2_000 });
    return isRefusal(readiness) ? { service: 'unavailable' } : readiness.body.dependencies;
  } catch {
    return { service: 'unavailable' };
  }
};
