import { type Connection, connect } from '@rollcall/database/connect';
import { createIdempotencyStore, type IdempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import type { HopContext } from '@rollcall/service-kit/actor';
import type { BoundRoute, PermissionCheck } from '@rollcall/service-kit/call-context';
import type { CommonVariables } from '@rollcall/service-kit/environment';
import { createLogger, type Logger } from '@rollcall/service-kit/logging';
import { handleReadReadiness } from '@rollcall/service-kit/readiness-route';
import { createRouteApp } from '@rollcall/service-kit/route-app';
import type { Readiness, RunningService } from '@rollcall/service-kit/service';
import { createServiceClient, type ServiceClient } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { ShutdownList } from '@rollcall/service-kit/shutdown';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import { readDataKey } from '@rollcall/types/routes/registration';
import { checkPermission } from '@rollcall/types/routes/role-permission/internal';
import type { StatefulService } from '@rollcall/types/services';
import { Bus } from './bus.ts';
import { EventPlane } from './event-plane.ts';
import { eventRouteHandlers } from './event-route-handlers.ts';
import type { EventTables } from './event-tables.ts';
import { createHousekeeping } from './housekeeping.ts';
import { outboxSource } from './outbox-source.ts';
import { type KeySource, PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import type { RelaySource } from './relay-source.ts';
import type { SnapshotSource } from './snapshot.ts';
import { aloneBy } from './stream-lock.ts';

type Reactions = Partial<Record<StatefulService, readonly Reaction[]>>;

export interface FoundationOptions {
  readonly service: StatefulService;
  readonly variables: CommonVariables;
  readonly directory: ServiceDirectory;
  readonly tables: EventTables;
  /** As {@link connect} takes it. */
  readonly planEachTime?: boolean;
  /** Where data keys come from; the registration service is asked unless told. */
  readonly keySource?: (connection: Connection) => KeySource;
  /** Where events wait beside the outbox. */
  readonly moreSources?: (connection: Connection) => readonly RelaySource[];
  /** Where answers to requests with an `Idempotency-Key` are kept, if any route takes one. */
  readonly idempotencyKeys?: IdempotencyKeysTable;
  /** What stands of the subjects of this service's events, for consumers that come late; none unless told. */
  readonly snapshot?: (connection: Connection, personal: PersonalData) => SnapshotSource;
  /** How permissions are checked; the role-permission service is asked unless told. */
  readonly permissionCheck?: PermissionCheck;
  /** What a request waits for before anything is judged or answered, or why it need not wait; nothing unless told. */
  readonly beforehand?: (hop: HopContext) => Promise<Refusal | undefined>;
  /** What the service depends on beside its database and NATS, and whether it answers now. */
  readonly moreReadiness?: () => Readiness;
}

/**
 * What every service with state stands on: its database, the bus, signed calls to other services, personal data, its part of the
 * event traffic, and an application for its routes. Nothing here knows what a service is for.
 */
export class ServiceFoundation {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly client: ServiceClient;
  readonly personal: PersonalData;
  readonly log: Logger;
  readonly shutdown: ShutdownList;
  readonly checkPermission: PermissionCheck;
  readonly #options: FoundationOptions;
  readonly #sources: readonly RelaySource[];
  #reactions: Reactions = {};

  constructor(options: FoundationOptions) {
    const { service, variables, directory, planEachTime = false } = options;
    this.#options = options;
    this.log = createLogger(service, variables.LOG_LEVEL);
    this.shutdown = new ShutdownList(this.log);
    this.connection = connect({ url: variables.DATABASE_URL, name: `rollcall ${service}`, planEachTime });
    this.shutdown.add('database', () => this.connection.close());
    const more = options.moreSources?.(this.connection) ?? [];
    this.#sources = [outboxSource(this.connection, options.tables), ...more];
    this.bus = new Bus({
      url: variables.NATS_URL,
      token: variables.NATS_TOKEN,
      name: `rollcall ${service}`,
      alone: aloneBy(this.connection),
      log: this.log,
    });
    this.shutdown.add('bus', () => this.bus.close());
    this.client = createServiceClient(service, variables.SERVICE_TRUST_KEYS, directory);
    this.personal = new PersonalData(options.keySource?.(this.connection) ?? askRegistration(this.client));
    this.checkPermission = options.permissionCheck ?? askRolePermission(this.client);
  }

  /** Joins the traffic of events; what comes in begins to be applied when the service starts. */
  joinEventPlane(reactions: Reactions): EventPlane {
    this.#reactions = reactions;
    return new EventPlane({ ...this.#planeOptions(), client: this.client, bus: this.bus, log: this.log });
  }

  /** Starts the event traffic and serves the routes, those that all such services have included. */
  run(routes: readonly BoundRoute[], plane: EventPlane): RunningService {
    const { idempotencyKeys, beforehand } = this.#options;
    const readiness = () => this.readiness();
    const app = createRouteApp({
      service: this.#options.service,
      routes: [
        ...routes,
        handleReadReadiness(this.#options.service, readiness),
        ...eventRouteHandlers({
          ...this.#planeOptions(),
          log: this.log,
          wakeRelays: () => plane.wakeRelays(),
          snapshot: this.#options.snapshot?.(this.connection, this.personal),
        }),
      ],
      trustKeys: this.#options.variables.SERVICE_TRUST_KEYS,
      checkPermission: this.checkPermission,
      ...(beforehand ? { beforehand } : {}),
      ...(idempotencyKeys ? { idempotency: createIdempotencyStore(this.connection.db, idempotencyKeys) } : {}),
      log: this.log,
    });
    plane.start();
    this.shutdown.add('events', () => plane.stop());
    const { connection, log } = this;
    const housekeeping = createHousekeeping({ connection, log, idempotencyKeys, tables: this.#options.tables });
    housekeeping.start();
    this.shutdown.add('housekeeping', () => housekeeping.stop());
    return {
      name: this.#options.service,
      fetch: (request) => app.fetch(request),
      readiness,
      stop: () => this.shutdown.run(),
    };
  }

  async readiness(): Promise<Readiness> {
    const database = await this.connection.ping().then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
    return { database, nats: this.bus.connected ? 'ok' : 'unavailable', ...this.#options.moreReadiness?.() };
  }

  #planeOptions() {
    const { service, tables } = this.#options;
    const { connection, personal } = this;
    return { service, tables, connection, personal, sources: this.#sources, reactions: this.#reactions };
  }
}

const askRegistration =
  (client: ServiceClient): KeySource =>
  async (userId) => {
    const answer = await client.call(readDataKey, { params: { userId } });
    if (!isRefusal(answer)) return Buffer.from(answer.body.key, 'base64url');
    // Only this means that the person was erased; a clock that is off or a wrong trust key must not pass for it.
    if (answer.refused === 'not_found') return undefined;
    throw new Error(`registration refused to tell a data key: ${answer.refused}`);
  };

const askRolePermission =
  (client: ServiceClient): PermissionCheck =>
  async (userId, permission, context) => {
    const answer = await client.call(checkPermission, { body: { userId, permission }, context });
    return !isRefusal(answer) && answer.body.granted;
  };
