import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { toConfig } from './config.ts';
import { handleEnrolUser } from './http/enrol-user.ts';
import { handleListGenders } from './http/list-genders.ts';
import { handleReadUser } from './http/read-user.ts';
import { handleReadUserServiceUser } from './http/read-user-service-user.ts';
import { handleUpdateUser } from './http/update-user.ts';
import type { Ports } from './ports.ts';
import { onAccountStatus } from './reactions/on-account-status.ts';
import { onUserRegistered } from './reactions/on-user-registered.ts';
import { eventTables, idempotencyKeys } from './store/schema.ts';

/** Who people are: their profiles and their ids in other systems. */
export const startProfile = async (environment: Environment, directory: ServiceDirectory): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'profile',
    variables: config.common,
    directory,
    tables: eventTables,
    idempotencyKeys,
  });
  const { connection, personal, checkPermission } = foundation;
  const reactions = { registration: [onUserRegistered(personal)], deactivation: onAccountStatus };
  const events = foundation.joinEventPlane(reactions);
  const ports: Ports = { connection, events, personal, checkPermission };

  return foundation.run(
    [
      handleReadUser(ports),
      handleUpdateUser(ports),
      handleListGenders(ports),
      handleReadUserServiceUser(ports),
      handleEnrolUser(ports),
    ],
    events,
  );
};
