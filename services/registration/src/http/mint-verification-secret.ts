import { answer, handle } from '@rollcall/service-kit/call-context';
import { deriveSecret, digestOf } from '@rollcall/service-kit/sealed-secret';
import { refuse } from '@rollcall/types/problems';
import { mintVerificationSecret } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { mintVerification } from '../store/verifications.ts';

export const handleMintVerificationSecret = ({ connection, config }: Ports) =>
  handle(mintVerificationSecret, async ({ params }) => {
    const token = deriveSecret(config.keyEncryptionSecret, 'verification', params.requestId);
    const latest = new Date(Date.now() + config.verificationLifetimeMilliseconds);
    const expiresAt = await connection.db.transaction((tx) =>
      mintVerification(tx, params.requestId, digestOf(token), latest),
    );
    return expiresAt ? answer(200, { token, expiresAt: expiresAt.toISOString() }) : refuse('not_found');
  });
