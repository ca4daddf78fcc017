import { addressKey } from '@rollcall/service-kit/client-address';
import { type Refusal, refuse } from '@rollcall/types/problems';
import argon2 from 'argon2';
import { importedHash } from './imported-hashes.ts';
import { Turns } from './turns.ts';

/** OWASP's least for argon2id with two passes and one lane: 19 MiB. */
export const leastMemoryKibibytes = 19_456;

/** Hashes that may wait for their turn; at some 30 ms each this is about a second on one core. */
const queueLimit = 32;

/** One address may take up so much of the room; it is never the room of an address that has nothing waiting yet. */
const shareOfOneAddress = (queueLimit * 3) / 4;

const overloaded: Refusal = refuse('overloaded', { retryAfterSeconds: 2 });

export interface Verdict {
  readonly matches: boolean;
  /** The password under today's parameters, when the stored hash has weaker ones. */
  readonly rehash: string | undefined;
}

/** It is one that its owner had before. */
export const formerPassword = Symbol('former password');
export type FormerPassword = typeof formerPassword;

/**
 * Hashes and compares passwords, only so many at once: a storm of sign-ins slows sign-ins and nothing else. Each call
 * names the address it is made for, and addresses take turns: a storm from a few of them keeps nobody else waiting.
 */
export interface PasswordHasher {
  hash(password: string, ipAddress: string): Promise<string | Refusal>;
  /** The hash of a new password, or that it is one of those before; all of it in one turn. */
  hashNew(password: string, before: readonly string[], ipAddress: string): Promise<string | FormerPassword | Refusal>;
  /** Compares with nobody's password when there is no hash, so that both cases cost the same. */
  verify(hash: string | null | undefined, password: string, ipAddress: string): Promise<Verdict | Refusal>;
}

/**
 * @param atOnce how many hashes
 * @param memoryCost KiB that each takes; when it changes, passwords are rehashed as people sign in
 */
export const createPasswordHasher = async (
  atOnce: number,
  memoryCost = leastMemoryKibibytes,
): Promise<PasswordHasher> => {
  const parameters = { type: argon2.argon2id, memoryCost, timeCost: 2, parallelism: 1 } as const;
  const turns = new Turns(atOnce);
  const nobodys = await argon2.hash('nobody’s password', parameters);

  const inside = new Map<string, number>();

  /** @param hashes how many the work makes, at most */
  const admit = async <T>(ipAddress: string, hashes: number, work: () => Promise<T>): Promise<T | Refusal> => {
    const address = addressKey(ipAddress);
    const others = inside.get(address) ?? 0;
    // Where the room is full, who brings one thing still finds a place: addresses are limited in number, not crowded out.
    const isFull = turns.isWaiting(address) ? turns.cost + hashes > queueLimit : turns.keys >= queueLimit;
    if (isFull || (others > 0 && others + hashes > shareOfOneAddress)) return overloaded;
    inside.set(address, others + hashes);
    try {
      return await turns.add(address, hashes, work);
    } finally {
      const left = (inside.get(address) ?? hashes) - hashes;
      if (left === 0) inside.delete(address);
      else inside.set(address, left);
    }
  };

  return {
    hash: (password, ipAddress) => admit(ipAddress, 1, () => argon2.hash(password, parameters)),
    hashNew: (password, before, ipAddress) =>
      admit(ipAddress, before.length + 1, async () => {
        for (const hash of before) if (await compare(hash, password)) return formerPassword;
        return argon2.hash(password, parameters);
      }),
    verify: (hash, password, ipAddress) =>
      admit(ipAddress, 1, async () => {
        const matches = await compare(hash ?? nobodys, password);
        if (!hash) return { matches: false, rehash: undefined };
        const weaker = matches && (!hash.startsWith('$argon2') || argon2.needsRehash(hash, parameters));
        return { matches, rehash: weaker ? await argon2.hash(password, parameters) : undefined };
      }),
  };
};

/** With a hash of our own, or one that another system made. */
const compare = (hash: string, password: string): Promise<boolean> =>
  importedHash(hash)?.(password) ?? argon2.verify(hash, password);
