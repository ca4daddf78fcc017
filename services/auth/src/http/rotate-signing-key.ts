import { answer, handle } from '@rollcall/service-kit/call-context';
import { signingKeyAdded } from '@rollcall/types/events/auth';
import { rotateSigningKey } from '@rollcall/types/routes/auth';
import type { Ports } from '../ports.ts';
import { lockSigningKeys } from '../store/signing-keys.ts';

export const handleRotateSigningKey = ({ events, keys }: Ports) =>
  handle(rotateSigningKey, async (_, context) => {
    const key = await events.transact(async (tx, emit) => {
      await lockSigningKeys(tx);
      const { id, algorithm } = await keys.rotate(tx);
      await emit(signingKeyAdded, { subject: id, data: { keyId: id, algorithm }, cause: context.cause });
      return id;
    });
    keys.reread();
    return answer(201, { id: key });
  });
