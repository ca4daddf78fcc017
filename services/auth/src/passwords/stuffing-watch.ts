import { createHmac, hkdfSync } from 'node:crypto';
import type { Sql } from '@rollcall/database/connect';
import { createRateLimit } from '@rollcall/database/rate-limits';
import type { EventPlane } from '@rollcall/events/event-plane';
import type { HopContext } from '@rollcall/service-kit/actor';
import { addressKey } from '@rollcall/service-kit/client-address';
import { newId } from '@rollcall/service-kit/identity';
import { stuffingSuspected } from '@rollcall/types/events/auth';

type Origin = Pick<HopContext, 'ipAddress'>;

/** Notices where somebody tries lists of names and passwords (OWASP OAT-008): misses at many accounts from one address. */
export interface StuffingWatch {
  /** Counts a miss at what was typed, be it anybody's or not. */
  missed(identifier: string, origin: Origin): Promise<void>;
  /** Did so many misses come from there in the last hour that whoever gets in now may not be who they say? */
  suspects(origin: Origin): Promise<boolean>;
}

export interface StuffingWatchOptions {
  readonly sql: Sql;
  /** Hides addresses and what was typed in the names of the counters. */
  readonly secret: Uint8Array;
  readonly events: Pick<EventPlane, 'transact'>;
}

/** A household or an office mistypes fewer names than this in an hour. */
const identifiersAtMost = 20;
const windowSeconds = 60 * 60;

/**
 * What is missed again at one name from one address is somebody who forgot a password: each name counts once. It refuses
 * nobody, since a whole company may come from one address; the limits of each account and address do that.
 */
export const createStuffingWatch = ({ sql, secret, events }: StuffingWatchOptions): StuffingWatch => {
  const limit = (name: string, points: number, liftedByReset = false) =>
    createRateLimit({ sql, schema: 'auth', name, points, seconds: windowSeconds, liftedByReset });
  const each = limit('stuffing_each', 1);
  const spread = limit('stuffing', identifiersAtMost);
  const told = limit('stuffing_told', 1, true);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall stuffing watch', 32));
  const name = (...parts: string[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  const sourceOf = ({ ipAddress }: Origin) => name(addressKey(ipAddress));

  return {
    async missed(identifier, origin) {
      const source = sourceOf(origin);
      if ((await each.count(name(identifier.toLowerCase(), source))) !== undefined) return;
      if ((await spread.count(source)) === undefined || (await told.count(source)) !== undefined) return;
      const data = { source, identifiers: identifiersAtMost + 1, windowSeconds };
      const cause = { actor: 'service:auth', correlationId: newId() };
      try {
        await events.transact((_, emit) => emit(stuffingSuspected, { subject: newId(), data, cause }));
      } catch (error) {
        // The next one tells of it, if that much can be written down.
        await told.reset(source).catch(() => undefined);
        throw error;
      }
    },
    suspects: (origin) => spread.isOver(sourceOf(origin)),
  };
};
