import { schemaPlan as activityLogSchema } from '@rollcall/activity-log/schema-plan';
import { schemaPlan as authSchema } from '@rollcall/auth/schema-plan';
import type { SchemaPlan } from '@rollcall/database/migrate';
import { schemaPlan as deactivationSchema } from '@rollcall/deactivation/schema-plan';
import { schemaPlan as gatewaySchema } from '@rollcall/gateway/schema-plan';
import { schemaPlan as notificationSchema } from '@rollcall/notification/schema-plan';
import { schemaPlan as profileSchema } from '@rollcall/profile/schema-plan';
import { schemaPlan as registrationSchema } from '@rollcall/registration/schema-plan';
import { schemaPlan as rolePermissionSchema } from '@rollcall/role-permission/schema-plan';
import type { StatefulService } from '@rollcall/types/services';

/** What each service with state has in the database. */
export const schemas: Readonly<Record<StatefulService, Omit<SchemaPlan, 'login'>>> = {
  registration: registrationSchema,
  auth: authSchema,
  profile: profileSchema,
  'role-permission': rolePermissionSchema,
  notification: notificationSchema,
  'activity-log': activityLogSchema,
  deactivation: deactivationSchema,
  gateway: gatewaySchema,
};
