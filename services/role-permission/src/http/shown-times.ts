import type { Times } from '../domain/state.ts';

/** The times of a thing as the API tells them: instants in UTC. */
export const shownTimes = ({ createdAt, updatedAt }: Times) => ({
  createdAt: new Date(createdAt).toISOString(),
  updatedAt: new Date(updatedAt).toISOString(),
});
