import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { caughtUp, holdsNow } from './access.ts';
import { announceAccessNews } from './access-news.ts';
import { createCleanUpWorker } from './clean-up.ts';
import { toConfig } from './config.ts';
import { Endings } from './endings.ts';
import { accessLogHandlers } from './http/access-log.ts';
import { admissionHandlers } from './http/admissions.ts';
import { handleAppointDevAdmin } from './http/appoint-dev-admin.ts';
import { handleCheckAuthority } from './http/check-authority.ts';
import { handleCheckPermission } from './http/check-permission.ts';
import { handleCheckSetupToken } from './http/check-setup-token.ts';
import { handleCreatePermission } from './http/create-permission.ts';
import { handleDeletePermission } from './http/delete-permission.ts';
import { deletedItemHandlers } from './http/deleted-items.ts';
import { handleDescribePermission } from './http/describe-permission.ts';
import { handleEnrolUser } from './http/enrol-user.ts';
import { grantHandlers } from './http/grants.ts';
import { groupHandlers } from './http/groups.ts';
import { handleListHolders } from './http/list-holders.ts';
import { handleListPermissions } from './http/list-permissions.ts';
import { handleListUserPermissions } from './http/list-user-permissions.ts';
import { organizationHandlers } from './http/organizations.ts';
import { planHandlers } from './http/plans.ts';
import { policyHandlers } from './http/policies.ts';
import { handlePreview } from './http/preview.ts';
import { projectHandlers } from './http/projects.ts';
import { questionHandlers } from './http/questions.ts';
import { handleReadBootstrap } from './http/read-bootstrap.ts';
import { handleReadPermission } from './http/read-permission.ts';
import { handleReceiveBillingEvent } from './http/receive-billing-event.ts';
import { replicationHandlers } from './http/replication.ts';
import { roleHandlers } from './http/roles.ts';
import { serviceAccountHandlers } from './http/service-accounts.ts';
import { handleSetSuspension } from './http/set-suspension.ts';
import { handleSetUpGroups } from './http/set-up-groups.ts';
import { teamHandlers } from './http/teams.ts';
import { timelineHandlers } from './http/timeline.ts';
import { LiveGraph } from './live-graph.ts';
import { Names } from './names.ts';
import { Past } from './past/past.ts';
import { Verification } from './past/verification.ts';
import type { Ports } from './ports.ts';
import { RecentChanges } from './recent-changes.ts';
import { accessStream, coreStream } from './store/access-stream.ts';
import { edgeQueries } from './store/edge-queries.ts';
import { logQueries } from './store/log-queries.ts';
import { logSource } from './store/log-source.ts';
import { createNameKeys } from './store/name-keys.ts';
import { NatsPeers } from './store/nats-peers.ts';
import { PeerMessages } from './store/peer-messages.ts';
import { peerSecret } from './store/peer-secret.ts';
import { eventTables, idempotencyKeys } from './store/schema.ts';
import { accessSnapshots } from './store/snapshots.ts';

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
    beforehand: ({ accessRevision }) => caughtUp(access, accessRevision),
    // It is being loaded anew, for it lost what it had. What is away for a while is the database.
    moreReadiness: () => ({ log: access.health === 'diverged' ? 'unavailable' : 'ok' }),
  });
  const { connection, log, shutdown } = foundation;
  const events = foundation.joinEventPlane({});
  const messages = new PeerMessages(await peerSecret(connection.sql, coreStream));
  const endings = new Endings({
    access: () => access,
    graceMilliseconds: config.deletionGraceMilliseconds,
    report: (error, doing) => log.warn({ err: error }, `the access log: ${doing}`),
  });
  const graph = new LiveGraph();
  const recent = new RecentChanges();
  const report = (error: unknown, doing: string) => log.warn({ err: error }, `the access log: ${doing}`);
  const access = accessStream({
    sql: connection.sql,
    snapshots: accessSnapshots({ sql: connection.sql, stream: coreStream, report }),
    peers: new NatsPeers({ bus: foundation.bus, stream: coreStream, messages, log }),
    loaded: (state) => {
      graph.loaded(state);
      recent.loaded();
      announceAccessNews(foundation.bus, log);
      endings.loaded(state);
    },
    recorded: (entries, state) => {
      recent.recorded(entries, graph.recorded(entries, state));
      announceAccessNews(foundation.bus, log);
      endings.recorded(entries);
      events.wakeRelays();
    },
    report,
  });
  await access.start();
  shutdown.add('access log', () => access.stop());
  endings.start();
  shutdown.add('endings', async () => endings.stop());

  const accessLog = logQueries(connection.sql, coreStream);
  const names = new Names(createNameKeys(connection.db, config.keyEncryptionSecret));
  const edges = edgeQueries(connection.sql, coreStream);
  const past = new Past(edges, accessLog);
  const verification = new Verification({ edges, log: accessLog });
  const ports: Ports = { config, connection, access, accessLog, graph, recent, edges, past, verification, names, log };
  const cleanUp = createCleanUpWorker(ports);
  cleanUp.start();
  shutdown.add('clean-up', () => cleanUp.stop());
  return foundation.run(
    [
      ...handleListPermissions(ports),
      ...handleCreatePermission(ports),
      handleReadPermission(ports),
      handleDescribePermission(ports),
      handleDeletePermission(ports),
      ...handleListUserPermissions(ports),
      handleListHolders(ports),
      ...grantHandlers(ports),
      ...roleHandlers(ports),
      ...groupHandlers(ports),
      ...organizationHandlers(ports),
      ...planHandlers(ports),
      handleReceiveBillingEvent(ports),
      ...policyHandlers(ports),
      ...teamHandlers(ports),
      ...projectHandlers(ports),
      ...questionHandlers(ports),
      handlePreview(ports),
      ...accessLogHandlers(ports),
      ...timelineHandlers(ports),
      ...replicationHandlers(ports),
      ...deletedItemHandlers(ports),
      handleEnrolUser(ports),
      handleSetSuspension(ports),
      handleCheckSetupToken(ports),
      handleReadBootstrap(ports),
      handleAppointDevAdmin(ports),
      handleSetUpGroups(ports),
      ...serviceAccountHandlers(ports),
      handleCheckAuthority(ports),
      ...admissionHandlers(ports),
      handleCheckPermission(ports),
    ],
    events,
  );
};
