import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { storeDevCredential } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import { storePending } from '../store/credentials.ts';

/** The one way around the password policy; elsewhere than on a developer's machine it is no way. */
export const handleStoreDevCredential = ({ config, connection, hasher }: Ports) =>
  handle(storeDevCredential, async ({ params, body }, { hop }) => {
    if (!config.takesAnyPasswordFromTools) return refuse('forbidden');
    const hash = await hasher.hash(body.password, hop.ipAddress);
    if (isRefusal(hash)) return hash;
    const stored = await storePending(connection.db, params.userId, hash, new Date(body.expiresAt));
    return answer(200, { stored });
  });
