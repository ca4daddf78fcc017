import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { storePendingCredential } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import { storePending } from '../store/credentials.ts';

export const handleStorePendingCredential = ({ connection, hasher, judgePassword }: Ports) =>
  handle(storePendingCredential, async ({ params, body }, { hop }) => {
    const weak = await judgePassword(body.password, body.about ?? []);
    if (weak) return weak;
    const hash = await hasher.hash(body.password, hop.ipAddress);
    if (isRefusal(hash)) return hash;
    const stored = await storePending(connection.db, params.userId, hash, new Date(body.expiresAt));
    return answer(200, { stored });
  });
