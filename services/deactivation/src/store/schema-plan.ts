import { fileURLToPath } from 'node:url';

/** This service's part of the database, for whoever runs the migrations. */
export const schemaPlan = {
  schema: 'deactivation',
  migrations: fileURLToPath(new URL('migrations', import.meta.url)),
  appendOnly: [],
} as const;
