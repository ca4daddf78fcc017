import { Worker } from '@rollcall/service-kit/worker';
import type { AccessState } from './domain/state.ts';
import type { Ports } from './ports.ts';
import { nameKeyOwners } from './store/name-keys.ts';

/** A command in flight may be about to use a key that is younger. */
const ageSeconds = 3_600;

/**
 * Destroys the keys that no name is sealed under any more: of what was purged, and of what was refused when its key was
 * made already.
 */
export const createCleanUpWorker = ({ access, connection, names, log }: Ports): Worker =>
  new Worker({
    name: 'clean-up',
    idleMilliseconds: 600_000,
    log,
    round: async () => {
      const { reading } = access;
      if (!reading) return false;
      for (const ownerId of await nameKeyOwners(connection.db, ageSeconds)) {
        if (!isInUse(reading.state, ownerId)) await names.destroy(ownerId);
      }
      return false;
    },
  });

const isInUse = ({ organizations, projects, deleted }: AccessState, id: string): boolean =>
  organizations.has(id) || projects.has(id) || deleted.has(id);
