import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { createChangeWorker } from './change-saga.ts';
import { toConfig } from './config.ts';
import { handleDeactivateUser } from './http/deactivate-user.ts';
import { handleReactivateUser } from './http/reactivate-user.ts';
import type { Ports } from './ports.ts';
import { onUserRegistered } from './reactions/on-user-registered.ts';
import { eventTables } from './store/schema.ts';

/** Deactivates and reactivates accounts: shuts or opens every door, in every service, or none. */
export const startDeactivation = async (
  environment: Environment,
  directory: ServiceDirectory,
): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'deactivation',
    variables: config.common,
    directory,
    tables: eventTables,
  });
  const { connection, client, personal, log, shutdown } = foundation;
  const reactions = { registration: [onUserRegistered()] };
  const events = foundation.joinEventPlane(reactions);
  const ports: Ports = { config, connection, events, client, personal, log };

  const running = foundation.run([handleDeactivateUser(ports), handleReactivateUser(ports)], events);
  const worker = createChangeWorker(ports);
  worker.start();
  shutdown.add('worker', () => worker.stop());
  return running;
};
