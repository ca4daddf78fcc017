import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { Sight } from '@rollcall/types/access-sight';
import { userId as readUserId, sessionId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import { AccessWatch } from '../access-watch.ts';
import { KeptEvents } from '../kept-events.ts';
import { Presence } from '../presence.ts';
import type { Sleep } from '../subscription.ts';
import { Viewer } from '../viewer.ts';
import { FakeFeed, joins } from './fake-feed.ts';
import { FakeLine } from './fake-line.ts';

export interface Pause {
  readonly milliseconds: number;
  over(): void;
}

/** What everybody watches, with a clock of its own: pauses last until the spec says so. */
export class Theatre {
  readonly feed = new FakeFeed();
  readonly kept = new KeptEvents('1', 0, 100);
  readonly pauses: Pause[] = [];
  /** Is it known whose session has ended? */
  areSessionsKnown = true;
  clock = 0;
  readonly watch = new AccessWatch({
    feed: this.feed,
    mayShow: () => this.areSessionsKnown,
    clock: () => this.clock,
  });
  readonly presence: Presence;

  constructor(presence?: Presence) {
    this.presence =
      presence ?? new Presence({ road: silentRoad, counts: (userId, channel) => this.#counts(userId, channel) });
  }

  /** Somebody who has connected. */
  seat(userId: string = newId()) {
    const line = new FakeLine();
    const actor = {
      userId: readUserId.parse(userId),
      sessionId: sessionId.parse(newId()),
      tokenId: newId(),
      authenticatedAt: 0,
      methods: [],
    };
    const viewer = new Viewer(
      line,
      { actor, expiresAtMilliseconds: Number.MAX_SAFE_INTEGER },
      {
        journal: { events: this.kept },
        secondFactorDue: () => undefined,
        watch: this.watch,
        presence: this.presence,
        verifier: { verify: async () => refuse('unauthenticated') },
        sleep: this.sleep,
        log: createLogger('gateway', 'silent'),
      },
    );
    const subscribe = async (channel: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      viewer.hear(JSON.stringify({ type: 'subscribe', id: 's1', channel, ...more }));
      await settled();
    };
    return { userId, line, viewer, subscribe };
  }

  /** Somebody who belongs to an organization. */
  member(organizationId: string) {
    const seat = this.seat();
    this.feed.write({}, joins(seat.userId, `organization:${organizationId}`));
    return seat;
  }

  readonly sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      const over = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.pauses.push({ milliseconds, over });
    });

  /** Ends the pauses that there are; returns how long they would have been. */
  async wake(): Promise<readonly number[]> {
    const pauses = this.pauses.splice(0);
    for (const { over } of pauses) over();
    await settled();
    return pauses.map(({ milliseconds }) => milliseconds);
  }

  #counts(userId: string, channel: Parameters<Sight['mayWatch']>[0]): boolean | undefined {
    const { reading } = this.watch;
    return reading && new Sight(userId, reading).mayWatch(channel);
  }
}

const silentRoad = { follow: () => undefined, tell: () => undefined, stop: () => undefined };

/** Until nothing is under way that needs no more than the turn of the event loop. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
