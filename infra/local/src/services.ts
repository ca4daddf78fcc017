import { startActivityLog } from '@rollcall/activity-log/service';
import { startAuth } from '@rollcall/auth/service';
import { startConsole } from '@rollcall/console/service';
import { startDeactivation } from '@rollcall/deactivation/service';
import { startNotification } from '@rollcall/notification/service';
import { startProfile } from '@rollcall/profile/service';
import { startRegistration } from '@rollcall/registration/service';
import { startRolePermission } from '@rollcall/role-permission/service';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import type { ServiceName } from '@rollcall/types/services';

type Start = (environment: Environment, directory: ServiceDirectory) => Promise<RunningService>;

/** How each service behind the gateway starts. */
export const servicesBehindGateway: Readonly<Record<Exclude<ServiceName, 'gateway'>, Start>> = {
  registration: startRegistration,
  auth: startAuth,
  profile: startProfile,
  'role-permission': startRolePermission,
  notification: startNotification,
  'activity-log': startActivityLog,
  deactivation: startDeactivation,
  console: startConsole,
};
