/** Every service of the product, in the order in which a single process starts them. */
export const serviceNames = [
  'registration',
  'auth',
  'profile',
  'role-permission',
  'notification',
  'activity-log',
  'deactivation',
  'gateway',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Who may sign a hop: a service, or the operator's own command-line tools. */
export type PeerName = ServiceName | 'operator';

/** The Postgres schema a service owns; its login role is `rollcall_` and this name. */
export const schemaOf = (service: ServiceName): string => service.replaceAll('-', '_');
