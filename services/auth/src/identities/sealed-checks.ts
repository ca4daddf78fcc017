import { hkdfSync } from 'node:crypto';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';
import { z } from 'zod';

const checks = z.object({ nonce: z.string(), codeVerifier: z.string() });

/** What a provider's answer is checked with. */
export type Checks = z.infer<typeof checks>;

/** The checks of a sign-in at a provider, sealed for the database, each good for one state only. */
export const createChecksSeal = (secret: Uint8Array) => {
  const keyOf = (stateDigest: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, stateDigest, 'rollcall identity sign-ins', 32));
  return {
    seal: (stateDigest: string, value: Checks): Promise<string> =>
      sealSecret(keyOf(stateDigest), Buffer.from(JSON.stringify(value))),
    /** @throws when it was sealed for another state, under another key, or altered */
    open: async (stateDigest: string, sealed: string): Promise<Checks> =>
      checks.parse(JSON.parse(Buffer.from(await openSecret(keyOf(stateDigest), sealed)).toString())),
  };
};

export type ChecksSeal = ReturnType<typeof createChecksSeal>;
