import { readReadinessOf } from '@rollcall/types/routes/every-service';
import type { ServiceName } from '@rollcall/types/services';
import { type BoundRoute, handle } from './call-context.ts';
import type { Readiness } from './service.ts';

/** Answers the gateway whether a service, and everything that it depends on, is there. */
export const handleReadReadiness = (service: ServiceName, readiness: () => Promise<Readiness>): BoundRoute =>
  handle(readReadinessOf(service), async () => {
    const dependencies = await readiness();
    const ready = Object.values(dependencies).every((state) => state === 'ok');
    return { status: 200, body: { ready, dependencies } };
  });
