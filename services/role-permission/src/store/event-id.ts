import { createHash } from 'node:crypto';

/**
 * The id of a command's n-th event: the same on every attempt and on every replica, whatever kind of UUID the command
 * has. A UUIDv7 whose time is that of the command's id and whose random part is a digest, so that ids rise with time as
 * an index likes them.
 */
export const eventIdOf = (commandId: string, index: number): string => {
  const digest = createHash('sha256').update(`${commandId}/${index}`).digest('hex');
  // RFC 9562, section 5.7: 48 bits of time, the version, 12 bits, the variant, 62 bits.
  const variant = '89ab'.charAt(Number.parseInt(digest.charAt(3), 16) & 3);
  const time = commandId.slice(0, 13);
  return `${time}-7${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
};
