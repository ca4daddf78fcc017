import { createHmac, hkdfSync } from 'node:crypto';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';

/**
 * How the records of the OAuth provider lie in the database: found by digests under a key that it does not have, each
 * sealed under a key of its own. Whoever reads the database can neither present a code nor guess one.
 */
export const createRecordSeal = (secret: Uint8Array) => {
  const digestKey = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall oauth digests', 32));
  const keyOf = (digest: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, digest, 'rollcall oauth records', 32));
  return {
    /** @param name what kind of value it is: the same one of two kinds has two digests */
    digestOf: (name: string, value: string): string =>
      createHmac('sha256', digestKey)
        .update(JSON.stringify([name, value]))
        .digest('base64url'),
    seal: (digest: string, payload: unknown): Promise<string> =>
      sealSecret(keyOf(digest), Buffer.from(JSON.stringify(payload))),
    /** @throws when it was sealed for another record, under another key, or altered */
    open: async (digest: string, sealed: string): Promise<unknown> =>
      JSON.parse(Buffer.from(await openSecret(keyOf(digest), sealed)).toString()),
  };
};

export type RecordSeal = ReturnType<typeof createRecordSeal>;
