import { schemaPlan as activityLogSchema } from '@rollcall/activity-log/schema-plan';
import { startActivityLog } from '@rollcall/activity-log/service';
import { schemaPlan as authSchema } from '@rollcall/auth/schema-plan';
import { startAuth } from '@rollcall/auth/service';
import type { SchemaPlan } from '@rollcall/database/migrate';
import { schemaPlan as deactivationSchema } from '@rollcall/deactivation/schema-plan';
import { startDeactivation } from '@rollcall/deactivation/service';
import { schemaPlan as gatewaySchema } from '@rollcall/gateway/schema-plan';
import { schemaPlan as notificationSchema } from '@rollcall/notification/schema-plan';
import { startNotification } from '@rollcall/notification/service';
import { schemaPlan as profileSchema } from '@rollcall/profile/schema-plan';
import { startProfile } from '@rollcall/profile/service';
import { schemaPlan as registrationSchema } from '@rollcall/registration/schema-plan';
import { startRegistration } from '@rollcall/registration/service';
import { schemaPlan as rolePermissionSchema } from '@rollcall/role-permission/schema-plan';
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
};

/** What each service has in the database. */
export const schemas: Readonly<Record<ServiceName, Omit<SchemaPlan, 'login'>>> = {
  registration: registrationSchema,
  auth: authSchema,
  profile: profileSchema,
  'role-permission': rolePermissionSchema,
  notification: notificationSchema,
  'activity-log': activityLogSchema,
  deactivation: deactivationSchema,
  gateway: gatewaySchema,
};
