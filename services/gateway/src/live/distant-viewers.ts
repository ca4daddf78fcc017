import type { PresenceMessage } from './presence-message.ts';

/** What was not said again for so long is true no more: a gateway that died says nothing. */
const lifetimeMilliseconds = 6_000;
const maximumGateways = 64;
const maximumChannels = 10_000;

interface Told {
  readonly users: readonly string[];
  readonly until: number;
}

/** Who watches what at the other replicas of the gateway, by their own word: forgotten unless it is repeated, and bounded. */
export class DistantViewers {
  readonly #gateways = new Map<string, Map<string, Told>>();

  take({ gateway, channels }: PresenceMessage, now: number): void {
    let told = this.#gateways.get(gateway);
    if (!told) {
      if (this.#gateways.size >= maximumGateways) return;
      told = new Map();
      this.#gateways.set(gateway, told);
    }
    for (const [channel, users] of Object.entries(channels)) {
      if (users.length === 0) told.delete(channel);
      else if (told.has(channel) || told.size < maximumChannels) {
        told.set(channel, { users, until: now + lifetimeMilliseconds });
      }
    }
  }

  *of(channel: string): Iterable<string> {
    for (const told of this.#gateways.values()) yield* told.get(channel)?.users ?? [];
  }

  forgetOld(now: number): void {
    for (const [gateway, told] of this.#gateways) {
      for (const [channel, { until }] of told) if (until <= now) told.delete(channel);
      if (told.size === 0) this.#gateways.delete(gateway);
    }
  }
}
