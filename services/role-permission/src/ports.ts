import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import type { Config } from './config.ts';
import type { LiveGraph } from './live-graph.ts';
import type { Names } from './names.ts';
import type { Past } from './past/past.ts';
import type { Verification } from './past/verification.ts';
import type { RecentChanges } from './recent-changes.ts';
import type { AccessStream } from './store/access-stream.ts';
import type { EdgeQueries } from './store/edge-queries.ts';
import type { LogQueries } from './store/log-queries.ts';

/** What `service.ts` hands to handlers. */
export interface Ports {
  readonly config: Config;
  readonly connection: Connection;
  readonly access: AccessStream;
  readonly accessLog: LogQueries;
  readonly graph: LiveGraph;
  readonly recent: RecentChanges;
  readonly edges: EdgeQueries;
  readonly past: Past;
  readonly verification: Verification;
  readonly names: Names;
  readonly log: Logger;
}
