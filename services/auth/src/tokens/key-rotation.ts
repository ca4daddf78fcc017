import type { Cause } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { Worker } from '@rollcall/service-kit/worker';
import { signingKeyAdded } from '@rollcall/types/events/auth';
import type { Ports } from '../ports.ts';
import { isKeyDue, lockSigningKeys } from '../store/signing-keys.ts';

const idleMilliseconds = 60_000;

/**
 * Puts a new key in place of one that has signed for long enough: of any number of replicas one does. Those before it stay
 * published while their tokens may live, as with a rotation on demand.
 */
export const createKeyRotation = ({ config, events, keys, log }: Ports): Worker =>
  new Worker({
    name: 'key-rotation',
    idleMilliseconds,
    log,
    round: async () => {
      const added = await events.transact(async (tx, emit) => {
        if (!(await isKeyDue(tx, config.keyRotationDays))) return undefined;
        await lockSigningKeys(tx);
        // Another replica may have been first.
        if (!(await isKeyDue(tx, config.keyRotationDays))) return undefined;
        const { id, algorithm } = await keys.rotate(tx);
        await emit(signingKeyAdded, { subject: id, data: { keyId: id, algorithm }, cause: bySchedule() });
        return id;
      });
      if (added === undefined) return false;
      keys.reread();
      log.info({ keyId: added }, 'a new key signs from now on');
      return false;
    },
  });

const bySchedule = (): Cause => ({ actor: 'service:auth', correlationId: newId() });
