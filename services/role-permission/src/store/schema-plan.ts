import { fileURLToPath } from 'node:url';

/** This service's part of the database, for whoever runs the migrations. */
export const schemaPlan = {
  schema: 'role_permission',
  migrations: fileURLToPath(new URL('migrations', import.meta.url)),
  appendOnly: ['events', 'edges', 'snapshots', 'snapshot_parts'],
  // The parts go with their snapshot.
  deletable: ['snapshots'],
  // An edge ends; nothing else about it changes.
  updatable: { edges: ['to_position'] },
} as const;
