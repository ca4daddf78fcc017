import type { ServiceName } from '@rollcall/types/services';

/** A dependency and whether it answers. */
export type Readiness = Readonly<Record<string, 'ok' | 'unavailable'>>;

/** A service that runs: what a host needs of it. */
export interface RunningService {
  readonly name: ServiceName;
  fetch(request: Request): Response | Promise<Response>;
  readiness(): Promise<Readiness>;
  /** Finishes what was taken on, then lets go of every connection. */
  stop(): Promise<void>;
}
