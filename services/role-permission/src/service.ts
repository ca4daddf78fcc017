import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { holdsNow } from './access.ts';
import { toConfig } from './config.ts';
import { handleAppointDevAdmin } from './http/appoint-dev-admin.ts';
import { handleCheckPermission } from './http/check-permission.ts';
import { handleCheckSetupToken } from './http/check-setup-token.ts';
import { handleCreatePermission } from './http/create-permission.ts';
import { handleDeletePermission } from './http/delete-permission.ts';
import { handleDescribePermission } from './http/describe-permission.ts';
import { handleEnrolUser } from './http/enrol-user.ts';
import { handleGrantPermission } from './http/grant-permission.ts';
import { handleListHolders } from './http/list-holders.ts';
import { handleListPermissions } from './http/list-permissions.ts';
import { handleListUserPermissions } from './http/list-user-permissions.ts';
import { handleReadBootstrap } from './http/read-bootstrap.ts';
import { handleReadPermission } from './http/read-permission.ts';
import { handleRevokePermission } from './http/revoke-permission.ts';
import { handleSetSuspension } from './http/set-suspension.ts';
import type { Ports } from './ports.ts';
import { accessStream, coreStream } from './store/access-stream.ts';
import { logSource } from './store/log-source.ts';
import { NatsPeers } from './store/nats-peers.ts';
import { PeerMessages } from './store/peer-messages.ts';
import { peerSecret } from './store/peer-secret.ts';
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
    moreSources: (connection) => [
      logSource(connection, (err, { position }) => foundation.log.error({ err, position }, 'an event without readers')),
    ],
    permissionCheck: async (userId, permission) => holdsNow(access, userId, permission),
    // It is being loaded anew, for it lost what it had. What is away for a while is the database.
    moreReadiness: () => ({ log: access.health === 'diverged' ? 'unavailable' : 'ok' }),
  });
  const { connection, log, shutdown } = foundation;
  const events = foundation.joinEventPlane({});
  const messages = new PeerMessages(await peerSecret(connection.sql, coreStream));
  const access = accessStream({
    sql: connection.sql,
    peers: new NatsPeers({ bus: foundation.bus, stream: coreStream, messages, log }),
    recorded: () => events.wakeRelays(),
    report: (error, doing) => log.warn({ err: error }, `the access log: ${doing}`),
  });
  await access.start();
  shutdown.add('access log', () => access.stop());

  const ports: Ports = { config, connection, access, log };
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
      handleCheckSetupToken(ports),
      handleReadBootstrap(ports),
      handleAppointDevAdmin(ports),
      handleCheckPermission(ports),
    ],
    events,
  );
};
