import { createHmac, hkdfSync } from 'node:crypto';
import type { Sql } from '@rollcall/database/connect';
import { createRateLimit } from '@rollcall/database/rate-limits';
import { addressKey } from '@rollcall/service-kit/client-address';
import { isRefusal, type ProblemCode, type Refusal, refuse } from '@rollcall/types/problems';
import { AttemptLanes } from './attempt-lanes.ts';

/** What is tried: the password of whatever somebody typed, or of a signed-in person who proves it again; a second factor; a mailed code. */
export type Tried =
  | { readonly identifier: string }
  | { readonly userId: string }
  | { readonly factorsOf: string }
  | { readonly mailedTo: string };

export interface Origin {
  readonly ipAddress: string;
  readonly userAgent: string;
}

/** Holds guesses at passwords down. It counts identifiers, not accounts, so it tells nothing about who exists. */
export interface SignInGuard {
  /**
   * Runs an attempt, or refuses it with `rate_limited` after too many misses. What is not refused was no miss.
   *
   * @param more.throttled called for the first attempt that is refused so, and not again before its counter has run out
   * @param more.forgives whether a success forgives the misses before it; it does unless told
   */
  attempt<T>(
    tried: Tried,
    origin: Origin,
    work: () => Promise<T | Refusal>,
    more?: { readonly throttled?: () => Promise<void>; readonly forgives?: () => boolean },
  ): Promise<T | Refusal>;
  /** Forgets the misses: whose account it is has been proved in another way. */
  forgive(tried: Tried, origin: Origin): Promise<void>;
}

export interface SignInGuardOptions {
  readonly sql: Sql;
  /** Hides what was typed in the names of the counters. */
  readonly secret: Uint8Array;
  /** Has whoever this identifier belongs to been signed in from there? */
  readonly isKnownOrigin: (tried: Tried, origin: Origin) => Promise<boolean>;
  /** Told of every miss at what somebody typed. */
  readonly missed: (identifier: string, origin: Origin) => Promise<void>;
}

interface Throttling {
  /** Until its counter has run out. */
  readonly seconds: number;
  /** Counts that it was told; undefined the first time. */
  readonly tell: () => Promise<number | undefined>;
}

/** What a hook did not judge was compared with our own before, and may have been a guess at that. */
const misses: ReadonlySet<ProblemCode> = new Set(['invalid_credentials', 'hook_unavailable']);

const quarterHour = 15 * 60;
const day = 24 * 60 * 60;

/**
 * Ten misses in a quarter of an hour from one address, and fifty a day on one identifier from wherever: an account has
 * two, which makes the hundred of NIST SP 800-63B section 3.2.2. An attempt is counted first and forgiven on success,
 * so that guesses sent all at once count as well.
 *
 * Nobody locks a person out: sessions and their refresh are not in the way of this, a reset by mail lifts it, and where
 * the person has been signed in before, what others do elsewhere does not count.
 */
export const createSignInGuard = ({ sql, secret, isKnownOrigin, missed }: SignInGuardOptions): SignInGuard => {
  const limit = (name: string, points: number, seconds: number) =>
    createRateLimit({ sql, schema: 'auth', name, points, seconds, liftedByReset: true });
  const here = limit('sign_in_from', 10, quarterHour);
  const everywhere = limit('sign_in', 50, day);
  const knownHere = limit('sign_in_known', 50, day);
  const lanes = new AttemptLanes();
  const keysOf = createKeys(secret);

  // Each is told of once while it is full. Answered from memory after that: a flood costs no query for it.
  const told = (name: string, seconds: number) => createRateLimit({ sql, schema: 'auth', name, points: 1, seconds });
  const toldHere = told('sign_in_from_told', quarterHour);
  const toldEverywhere = told('sign_in_told', day);

  const count = async (tried: Tried, origin: Origin): Promise<Throttling | undefined> => {
    const { who, whoFrom } = keysOf(tried, origin);
    const waitHere = await here.count(whoFrom);
    if (waitHere !== undefined) return { seconds: waitHere, tell: () => toldHere.count(whoFrom) };
    const wait = await everywhere.count(who);
    if (wait === undefined) return undefined;
    const tell = () => toldEverywhere.count(who);
    // Asked only when it matters, and then whoever the identifier belongs to, if anyone.
    if (!(await isKnownOrigin(tried, origin))) return { seconds: wait, tell };
    const waitKnown = await knownHere.count(whoFrom);
    return waitKnown === undefined ? undefined : { seconds: waitKnown, tell };
  };

  const forgive = async (tried: Tried, origin: Origin): Promise<void> => {
    const { who, whoFrom } = keysOf(tried, origin);
    const counters = [here.reset(whoFrom), everywhere.reset(who), knownHere.reset(whoFrom)];
    await Promise.all([...counters, toldHere.reset(whoFrom), toldEverywhere.reset(who)]);
  };

  // An attempt that was turned away for want of room has taught nobody anything.
  const giveBack = async (tried: Tried, origin: Origin): Promise<void> => {
    const { who, whoFrom } = keysOf(tried, origin);
    await Promise.all([here.giveBack(whoFrom), everywhere.giveBack(who)]);
  };

  return {
    forgive,
    attempt: (tried, origin, work, { throttled, forgives = () => true } = {}) =>
      lanes.run(keysOf(tried, origin).whoFrom, async () => {
        const throttling = await count(tried, origin);
        if (throttling) {
          if (throttled && (await throttling.tell()) === undefined) await throttled();
          return refuse('rate_limited', { retryAfterSeconds: throttling.seconds });
        }
        const outcome = await work();
        if (!isRefusal(outcome) && forgives()) await forgive(tried, origin);
        else if (!isRefusal(outcome) || !misses.has(outcome.refused)) await giveBack(tried, origin);
        // While a hook is away nobody is judged whom it knows: that is no list of passwords.
        else if ('identifier' in tried && outcome.refused === 'invalid_credentials')
          await missed(tried.identifier, origin);
        return outcome;
      }),
  };
};

/**
 * Names of counters. What was typed is personal, and now and then a password in the wrong field: under a key, nobody who
 * reads the table can try values against them. The two kinds never share a counter: otherwise strangers could use up a
 * person's tries by typing the person's id.
 */
const createKeys = (secret: Uint8Array) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall sign-in guard', 32));
  const name = (...parts: string[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  return (tried: Tried, { ipAddress }: Origin) => {
    const who = wordsFor(tried);
    return { who: name(...who), whoFrom: name(...who, addressKey(ipAddress)) };
  };
};

const wordsFor = (tried: Tried): string[] => {
  if ('userId' in tried) return ['person', tried.userId];
  if ('factorsOf' in tried) return ['factors', tried.factorsOf];
  if ('mailedTo' in tried) return ['mailed', tried.mailedTo];
  return ['typed', tried.identifier.toLowerCase()];
};
