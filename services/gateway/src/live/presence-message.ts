import { entityId } from '@rollcall/types/ids';
import { z } from 'zod';

/** How many are named; the others are counted. */
export const maximumNamed = 100;
export const maximumChannelsTold = 50;

const maximumBytes = 512 * 1024;

const presenceMessage = z.strictObject({
  /** Which replica of the gateway says it. */
  gateway: z.uuid(),
  /** By channel who watches it there. */
  channels: z
    .record(z.string().max(64), z.array(entityId).max(maximumNamed))
    .refine((channels) => Object.keys(channels).length <= maximumChannelsTold),
});
export type PresenceMessage = z.infer<typeof presenceMessage>;

/** @returns undefined for what cannot be read */
export const readPresence = (bytes: Uint8Array): PresenceMessage | undefined => {
  if (bytes.length > maximumBytes) return undefined;
  try {
    return presenceMessage.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
};
