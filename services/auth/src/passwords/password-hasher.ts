import { type Refusal, refuse } from '@rollcall/types/problems';
import argon2 from 'argon2';
import PQueue from 'p-queue';

/** OWASP's argon2id parameters: 19 MiB, two passes, one lane. Raising them rehashes passwords as people sign in. */
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Requests that may wait for their turn; at some 30 ms each this is about a second on one core. */
const queueLimit = 32;

const overloaded: Refusal = refuse('overloaded', { retryAfterSeconds: 2 });

export interface Verdict {
  readonly matches: boolean;
  /** The password under today's parameters, when the stored hash has weaker ones. */
  readonly rehash: string | undefined;
}

/** Hashes and compares passwords, only so many at once: a storm of sign-ins slows sign-ins and nothing else. */
export interface PasswordHasher {
  hash(password: string): Promise<string | Refusal>;
  /** Compares with nobody's password when there is no hash, so that both cases cost the same. */
  verify(hash: string | undefined, password: string): Promise<Verdict | Refusal>;
}

export const createPasswordHasher = async (atOnce: number): Promise<PasswordHasher> => {
  const queue = new PQueue({ concurrency: atOnce });
  const nobodys = await argon2.hash('nobody’s password', parameters);

  const admit = <T>(work: () => Promise<T>): Promise<T | Refusal> =>
    queue.size >= queueLimit ? Promise.resolve(overloaded) : queue.add(work);

  return {
    hash: (password) => admit(() => argon2.hash(password, parameters)),
    verify: (hash, password) =>
      admit(async () => {
        const matches = await argon2.verify(hash ?? nobodys, password);
        if (hash === undefined) return { matches: false, rehash: undefined };
        const weaker = matches && argon2.needsRehash(hash, parameters);
        return { matches, rehash: weaker ? await argon2.hash(password, parameters) : undefined };
      }),
  };
};
