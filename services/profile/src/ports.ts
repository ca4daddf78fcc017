import type { Connection } from '@rollcall/database/connect';
import type { EventPlane } from '@rollcall/events/event-plane';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { PermissionCheck } from '@rollcall/service-kit/call-context';

/** What `service.ts` hands to handlers. */
export interface Ports {
  readonly connection: Connection;
  readonly events: EventPlane;
  readonly personal: PersonalData;
  /** Asks about anyone, not only about the caller. */
  readonly checkPermission: PermissionCheck;
}
