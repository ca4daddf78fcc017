import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { storeImportedCredential } from '@rollcall/types/routes/auth/accounts';
import { isUsableHash } from '../passwords/imported-hashes.ts';
import type { Ports } from '../ports.ts';
import { storePending } from '../store/credentials.ts';

const detail = 'is of no kind, or of costs, that passwords are compared with here';

export const handleStoreImportedCredential = ({ connection }: Ports) =>
  handle(storeImportedCredential, async ({ params, body }) => {
    const { passwordHash } = body;
    if (!isUsableHash(passwordHash)) {
      return refuse('unprocessable', { errors: [{ pointer: '/body/passwordHash', detail }] });
    }
    const stored = await storePending(connection.db, params.userId, passwordHash, new Date(body.expiresAt));
    return answer(200, { stored });
  });
