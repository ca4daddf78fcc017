import { answer, handle } from '@rollcall/service-kit/call-context';
import { deriveSecret, digestOf } from '@rollcall/service-kit/sealed-secret';
import { refuse } from '@rollcall/types/problems';
import { mintResetSecret } from '@rollcall/types/routes/auth/passwords';
import type { Ports } from '../ports.ts';
import { endAfter } from '../store/clock.ts';
import { mintReset, saltOfReset } from '../store/password-resets.ts';

export const handleMintResetSecret = ({ connection, config }: Ports) =>
  handle(mintResetSecret, async ({ params }) => {
    const salt = await saltOfReset(connection.db, params.requestId);
    if (salt === undefined) return refuse('not_found');
    const token = deriveSecret(config.keyEncryptionSecret, salt, 'password reset');
    const expiresAt = await endAfter(connection.db, config.resetLifetimeMilliseconds);
    const minted = await connection.db.transaction((tx) => mintReset(tx, params.requestId, digestOf(token), expiresAt));
    return minted ? answer(200, { token, expiresAt: expiresAt.toISOString() }) : refuse('not_found');
  });
