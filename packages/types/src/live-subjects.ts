/**
 * NATS subjects of news that is only worth having at once. They are not stored: whoever misses a message learns the
 * same from the service that owns the facts.
 */
export const revocationSubject = 'rollcall.live.auth.revocations';
