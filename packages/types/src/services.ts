/** Every service of the product, in the order in which a single process starts them. */
export const serviceNames = [
  'registration',
  'auth',
  'profile',
  'role-permission',
  'notification',
  'activity-log',
  'deactivation',
  'console',
  'gateway',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** The services that keep state: a schema in Postgres, and events. `console` only shows pages. */
export type StatefulService = Exclude<ServiceName, 'console'>;

const keepsState = (service: ServiceName): service is StatefulService => service !== 'console';

export const statefulServices: readonly StatefulService[] = serviceNames.filter(keepsState);

/** Who may sign a hop: a service, or the operator's own command-line tools. */
export type PeerName = ServiceName | 'operator';

/** The Postgres schema a service owns; its login role is `rollcall_` and this name. */
export const schemaOf = (service: StatefulService): string => service.replaceAll('-', '_');
