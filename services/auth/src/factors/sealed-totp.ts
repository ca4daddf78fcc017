import { hkdfSync } from 'node:crypto';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';

/** The secrets of authenticator apps, sealed for the database under a key of their own, each good for one factor only. */
export const createTotpSeal = (secret: Uint8Array) => {
  const keyOf = (factorId: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, factorId, 'rollcall totp secrets', 32));
  return {
    seal: (factorId: string, totpSecret: string): Promise<string> =>
      sealSecret(keyOf(factorId), Buffer.from(totpSecret)),
    /** @throws when it was sealed for another factor, under another key, or altered */
    open: async (factorId: string, sealed: string): Promise<string> =>
      Buffer.from(await openSecret(keyOf(factorId), sealed)).toString(),
  };
};

export type TotpSeal = ReturnType<typeof createTotpSeal>;
