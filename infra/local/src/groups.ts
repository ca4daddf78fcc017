import { isRefusal } from '@rollcall/types/problems';
import { setUpGroups } from '@rollcall/types/routes/role-permission/internal';
import { askServices } from './ask-services.ts';
import type { StackPlan } from './plan.ts';

/** Creates the preset groups that are not there yet; returns the names of those created and of those found. */
export const makePresetGroups = (plan: StackPlan) =>
  askServices(plan, ['role-permission'], async (client) => {
    const made = await client.call(setUpGroups, { timeout: 8_000 });
    return isRefusal(made) ? { reason: `The service refused to make groups (${made.refused}).` } : made.body;
  });
