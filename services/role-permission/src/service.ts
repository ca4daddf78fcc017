import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { toConfig } from './config.ts';
import { holds } from './domain/queries.ts';
import { handleCheckPermission, handleEnrolUser, handleSetSuspension } from './http/internal.ts';
import {
  handleCreatePermission,
  handleDeletePermission,
  handleDescribePermission,
  handleListPermissions,
  handleReadPermission,
} from './http/permission-catalogue.ts';
import {
  handleGrantPermission,
  handleListHolders,
  handleListUserPermissions,
  handleRevokePermission,
} from './http/user-permissions.ts';
import type { Ports } from './ports.ts';
import { type AccessStream, accessStream } from './store/access-stream.ts';
import { logSource } from './store/log-source.ts';
import { eventTables, idempotencyKeys } from './store/schema.ts';

/** The access core: who may do what, as one stream of commands and events, held live in memory. */
export const startRolePermission = async (
  environment: Environment,
  directory: ServiceDirectory,
): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'role-permission',
    variables: config.common,
    directory,
    tables: eventTables,
    idempotencyKeys,
    moreSources: (connection) => [logSource(connection)],
    permissionCheck: async (userId, permission) => checkHere(access, userId, permission),
  });
  const { connection, log, shutdown } = foundation;
  const events = foundation.joinEventPlane({});
  const access = accessStream({
    sql: connection.sql,
    recorded: () => events.wakeRelays(),
    report: (error, doing) => log.warn({ err: error }, `the access log: ${doing}`),
  });
  await access.start();
  shutdown.add('access log', () => access.stop());

  const ports: Ports = { config, access, log };
  return foundation.run(
    [
      ...handleListPermissions(ports),
      ...handleCreatePermission(ports),
      handleReadPermission(ports),
      handleDescribePermission(ports),
      handleDeletePermission(ports),
      ...handleListUserPermissions(ports),
      handleListHolders(ports),
      handleGrantPermission(ports),
      handleRevokePermission(ports),
      handleEnrolUser(ports),
      handleSetSuspension(ports),
      handleCheckPermission(ports),
    ],
    events,
  );
};

/** This service asks itself: without a fresh state nobody holds anything. */
const checkHere = (access: AccessStream, userId: string, permission: string): boolean => {
  const reading = access.reading;
  return reading !== undefined && holds(reading.state, userId, permission, reading.now);
};
