import { z } from 'zod';

/** Who has to prove a second factor, as the operator wants it: what no account that was taken over can change. */
export const secondFactorDemand = z.enum(['members', 'administrators', 'everybody']).default('members').meta({
  description:
    'who has to prove a second factor: `members` of organizations that want it, `administrators` as well, or `everybody`',
});
export type SecondFactorDemand = z.infer<typeof secondFactorDemand>;
