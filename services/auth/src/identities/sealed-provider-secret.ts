import { hkdfSync } from 'node:crypto';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';

/** The client secrets of organizations' providers, sealed for the database under a key of their own, each good for one only. */
export const createProviderSecretSeal = (secret: Uint8Array) => {
  const keyOf = (providerId: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, providerId, 'rollcall organization providers', 32));
  return {
    seal: (providerId: string, clientSecret: string): Promise<string> =>
      sealSecret(keyOf(providerId), Buffer.from(clientSecret)),
    /** @throws when it was sealed for another provider, under another key, or altered */
    open: async (providerId: string, sealed: string): Promise<string> =>
      Buffer.from(await openSecret(keyOf(providerId), sealed)).toString(),
  };
};

export type ProviderSecretSeal = ReturnType<typeof createProviderSecretSeal>;
