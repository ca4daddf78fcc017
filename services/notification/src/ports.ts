import type { Connection } from '@rollcall/database/connect';
import type { EventPlane } from '@rollcall/events/event-plane';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { Logger } from '@rollcall/service-kit/logging';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type { Config } from './config.ts';
import type { PostOffice } from './post-office.ts';

/** What `service.ts` hands to the mailer. */
export interface Ports {
  readonly config: Config;
  readonly connection: Connection;
  readonly events: EventPlane;
  readonly personal: PersonalData;
  readonly client: ServiceClient;
  readonly postOffice: PostOffice;
  readonly log: Logger;
}
