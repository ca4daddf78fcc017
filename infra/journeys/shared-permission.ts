/** Exists on the stacks of journeys, and whoever grants permissions holds it. */
export const sharedPermission = 'journeys.shared';
