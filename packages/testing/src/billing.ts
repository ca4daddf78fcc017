import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** What the billing system that specs play shares with every stack. */
export const billingSecret = `whsec_${Buffer.alloc(32, 'billing').toString('base64')}`;

interface Sending {
  /** A new one unless told. */
  readonly id?: string;
  /** Now unless told. */
  readonly at?: Date;
  readonly secret?: string;
}

/** The headers by which a billing system proves that a body is its own. */
export const billingHeaders = (
  body: string | Uint8Array,
  { id = randomUUID(), at = new Date(), secret = billingSecret }: Sending = {},
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': new Webhook(secret).sign(id, at, Buffer.from(body)),
});
