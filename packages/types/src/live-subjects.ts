/**
 * NATS subjects of news that is only worth having at once. They are not stored: whoever misses a message learns the
 * same from the service that owns the facts.
 */
export const revocationSubject = 'rollcall.live.auth.revocations';

/** Who watches what at which replica of the gateway; only they speak and listen here. */
export const presenceSubject = 'rollcall.live.gateway.presence';

/** There may be news of who may do what. It says no more than that: whoever hears it asks the owner, who alone is believed. */
export const accessNewsSubject = 'rollcall.access.head';
