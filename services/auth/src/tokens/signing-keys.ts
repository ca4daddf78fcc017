import type { Connection, Transaction } from '@rollcall/database/connect';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { insertSigningKey, lockSigningKeys, readSigningKeys, type SigningKeyRow } from '../store/signing-keys.ts';

/** Signs fastest of the algorithms every client knows; the gateway remembers what it verified. */
const algorithm = 'ES256';

export interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
}

/** The keys that access tokens are signed with. */
export interface SigningKeys {
  /** The one that signs now. */
  current(): Promise<SigningKey>;
  /** Private halves, the one that signs first, then those that may have signed what comes back to us. */
  all(): Promise<JWK[]>;
  /** All whose tokens may still be good, as a JWK set's members. */
  published(): Promise<JWK[]>;
  /** Makes a new key that signs from now on; what else belongs to the change happens in the same transaction. */
  rotate(tx: Transaction): Promise<{ id: string; algorithm: string }>;
  /** Call once a rotation has committed, so that this replica need not find out by itself. */
  reread(): void;
  /** Makes the first key, unless another replica has. */
  ensure(): Promise<void>;
}

// A replica signs with a retired key for at most this long.
const rereadMilliseconds = 10_000;

export const createSigningKeys = (
  { db }: Connection,
  wrappingKey: Uint8Array,
  tokenLifetimeMilliseconds: number,
): SigningKeys => {
  const keepMilliseconds = tokenLifetimeMilliseconds + 2 * rereadMilliseconds;
  let rows: Promise<readonly SigningKeyRow[]> | undefined;
  let readAt = 0;
  const opened = new Map<string, SigningKey>();
  const unsealed = new Map<string, JWK>();

  const read = (): Promise<readonly SigningKeyRow[]> => {
    if (!rows || Date.now() - readAt > rereadMilliseconds) {
      readAt = Date.now();
      const reading = readSigningKeys(db, keepMilliseconds);
      rows = reading;
      // A failed read is not kept: the next caller tries again.
      reading.catch(() => {
        if (rows === reading) rows = undefined;
      });
    }
    return rows;
  };

  const unseal = async ({ id, algorithm: alg, sealedPrivateKey }: SigningKeyRow): Promise<JWK> => {
    const known = unsealed.get(id);
    if (known) return known;
    const jwk: JWK = JSON.parse(Buffer.from(await openSecret(wrappingKey, sealedPrivateKey)).toString());
    const key: JWK = { ...jwk, kid: id, alg, use: 'sig' };
    unsealed.set(id, key);
    return key;
  };

  const open = async (row: SigningKeyRow): Promise<SigningKey> => {
    const known = opened.get(row.id);
    if (known) return known;
    const jwk = await unseal(row);
    const privateKey = await importJWK(jwk, row.algorithm);
    if (privateKey instanceof Uint8Array) throw new Error('a signing key is not a key pair');
    const key = { id: row.id, algorithm: row.algorithm, privateKey };
    opened.set(row.id, key);
    return key;
  };

  const rotate = async (tx: Transaction) => {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const publicKey = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(publicKey);
    const sealedPrivateKey = await sealSecret(
      wrappingKey,
      Buffer.from(JSON.stringify(await exportJWK(pair.privateKey))),
    );
    await insertSigningKey(tx, {
      id,
      algorithm,
      sealedPrivateKey,
      publicKey: { ...publicKey, kid: id, alg: algorithm, use: 'sig' },
    });
    return { id, algorithm };
  };

  return {
    rotate,
    reread() {
      rows = undefined;
    },
    async current() {
      const newest = (await read()).find((row) => row.retiredAt === null);
      if (!newest) throw new Error('there is no key to sign with');
      return open(newest);
    },
    async all() {
      return Promise.all((await read()).map(unseal));
    },
    async published() {
      // Always read: a key that another replica signs with already must never be missing here.
      return (await readSigningKeys(db, keepMilliseconds)).map((row) => row.publicKey);
    },
    ensure: () =>
      db.transaction(async (tx) => {
        await lockSigningKeys(tx);
        const existing = await readSigningKeys(tx, 0);
        if (!existing.some((row) => row.retiredAt === null)) await rotate(tx);
      }),
  };
};
