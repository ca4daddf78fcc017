/** What the modules of the bootstrap hand to one another, and what the host is told. */

export type ServiceName =
  | 'gateway'
  | 'auth'
  | 'registration'
  | 'profile'
  | 'role-permission'
  | 'notification'
  | 'activity-log'
  | 'deactivation'
  | 'console';

/** Those that have a login in the database, and a place on the bus. */
export type StatefulService = Exclude<ServiceName, 'console'>;

export type Environment = Record<string, string | undefined>;

/** Everything the host needs to migrate and to run the services. */
export type Plan = {
  /** The environment variables of each service. */
  readonly environment: Record<ServiceName, Record<string, string>>;
  /** The URL of the database's owner, for migrations only. */
  readonly databaseOwnerUrl: string;
  /** How the operator's own tools prove themselves to the services. */
  readonly operatorTrustKeys: string;
};

/** What the host tells once all services are up. */
export type Readiness = {
  readonly gatewayUrl: string;
  /** Where the other replicas of the gateway answer, when services run apart. */
  readonly moreGateways?: readonly string[];
  /** There is, or was, a first administrator. */
  readonly bootstrapped: boolean;
};

export type HostMessage =
  | ({ readonly type: 'ready' } & Readiness)
  | { readonly type: 'failed'; readonly message: string };

/** The contents of `secrets.json`; every value but the version is 32 random bytes in base64url. */
export type Secrets = {
  readonly version: 1;
  readonly postgresPassword: string;
  readonly natsToken: string;
  /** The root of the service trust keys and of the services' database passwords. */
  readonly root: string;
  readonly authKeyEncryption: string;
  readonly registrationKeyEncryption: string;
};

export type Ports = {
  readonly gateway: number;
  readonly postgres: number;
  readonly nats: number;
  readonly smtp: number;
};

export type Print = (line: string) => void;

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A process that is up. */
export type RunningServer = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Asks it to stop, insists when it takes too long, and resolves when it is gone. */
  readonly stop: () => Promise<void>;
  /** Ends it at once. */
  readonly kill: () => void;
};
