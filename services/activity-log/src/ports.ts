import type { Connection } from '@rollcall/database/connect';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { Logger } from '@rollcall/service-kit/logging';

/** What `service.ts` hands to handlers. */
export interface Ports {
  readonly connection: Connection;
  readonly personal: PersonalData;
  readonly log: Logger;
}
