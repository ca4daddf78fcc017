import { z } from 'zod';
import { entityId } from './ids.ts';

/** Who has a role: a user, or the members of a team or group. */
export const roleAssignee = z.templateLiteral(
  [z.enum(['user', 'team', 'group']), ':', entityId],
  'must be user:<id>, team:<id> or group:<id>',
);
export type RoleAssignee = z.infer<typeof roleAssignee>;
