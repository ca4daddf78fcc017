import { serviceNames } from '@rollcall/types/services';
import { z } from 'zod';

/** What the launcher hands to the process that hosts the services. */
export const stackPlan = z.object({
  /** The variables of each service. */
  environment: z.record(z.enum(serviceNames), z.record(z.string(), z.string())),
  /** The owner of the database, who runs the migrations. */
  databaseOwnerUrl: z.string(),
  /** `peer=key` pairs of the operator's own tools. */
  operatorTrustKeys: z.string(),
});
export type StackPlan = z.infer<typeof stackPlan>;

/** The one message that the launcher sends. */
export const startMessage = z.object({ type: z.literal('start'), plan: stackPlan });
