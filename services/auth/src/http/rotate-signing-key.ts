import { settleClaim } from '@rollcall/database/idempotency-keys';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { signingKeyAdded } from '@rollcall/types/events/auth';
import { rotateSigningKey } from '@rollcall/types/routes/auth/keys';
import type { Ports } from '../ports.ts';
import { idempotencyKeys } from '../store/schema.ts';
import { lockSigningKeys } from '../store/signing-keys.ts';

export const handleRotateSigningKey = ({ events, keys }: Ports) =>
  handle(rotateSigningKey, async (_, context) => {
    const rotated = await events.transact(async (tx, emit) => {
      await lockSigningKeys(tx);
      const { id, algorithm } = await keys.rotate(tx);
      await emit(signingKeyAdded, { subject: id, data: { keyId: id, algorithm }, cause: context.cause });
      const made = answer(201, { id });
      await settleClaim(tx, idempotencyKeys, context.claim, made);
      return made;
    });
    keys.reread();
    return rotated;
  });
