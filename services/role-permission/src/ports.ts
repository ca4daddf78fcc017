import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import type { Config } from './config.ts';
import type { AccessStream } from './store/access-stream.ts';

/** What `service.ts` hands to handlers. */
export interface Ports {
  readonly config: Config;
  readonly connection: Connection;
  readonly access: AccessStream;
  readonly log: Logger;
}
