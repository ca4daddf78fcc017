import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { toConfig } from './config.ts';
import { handleListActivity } from './http/list-activity.ts';
import type { Ports } from './ports.ts';
import { recordEveryEvent } from './reactions/record-every-event.ts';
import { eventTables } from './store/schema.ts';

/** The audit trail: every event of every service, for those it concerns and for auditors. */
export const startActivityLog = async (
  environment: Environment,
  directory: ServiceDirectory,
): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'activity-log',
    planEachTime: true,
    variables: config.common,
    directory,
    tables: eventTables,
  });
  const { connection, personal, log } = foundation;
  const reactions = recordEveryEvent();
  const events = foundation.joinEventPlane(reactions);
  const ports: Ports = { connection, personal, log };

  return foundation.run([handleListActivity(ports)], events);
};
