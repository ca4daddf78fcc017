import type { Connection } from '@rollcall/database/connect';
import type { EventPlane } from '@rollcall/events/event-plane';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { Logger } from '@rollcall/service-kit/logging';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type { Config } from './config.ts';

/** What `service.ts` hands to handlers and workers. */
export interface Ports {
  readonly config: Config;
  readonly connection: Connection;
  readonly events: EventPlane;
  readonly client: ServiceClient;
  readonly personal: PersonalData;
  readonly log: Logger;
}
