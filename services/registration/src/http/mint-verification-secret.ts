import { answer, handle } from '@rollcall/service-kit/call-context';
import { deriveSecret, digestOf } from '@rollcall/service-kit/sealed-secret';
import { refuse } from '@rollcall/types/problems';
import { mintVerificationSecret } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { mintVerification, saltOfVerification } from '../store/verifications.ts';

export const handleMintVerificationSecret = ({ connection, config }: Ports) =>
  handle(mintVerificationSecret, async ({ params }) => {
    const salt = await saltOfVerification(connection.db, params.requestId);
    if (salt === undefined) return refuse('not_found');
    const token = deriveSecret(config.keyEncryptionSecret, salt, 'verification');
    const latest = new Date(Date.now() + config.verificationLifetimeMilliseconds);
    const expiresAt = await connection.db.transaction((tx) =>
      mintVerification(tx, params.requestId, digestOf(token), latest),
    );
    return expiresAt ? answer(200, { token, expiresAt: expiresAt.toISOString() }) : refuse('not_found');
  });
