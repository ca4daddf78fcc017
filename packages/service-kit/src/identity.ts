import { randomBytes } from 'node:crypto';
import { v5, v7 } from 'uuid';

/** A fresh UUIDv7: unique without asking anyone, and sorted by the time it was made. */
export const newId = (): string => v7();

const ownNamespace = '019a6e0c-1b2c-7d3e-8f40-5a6b7c8d9e0f';

/** The same id whenever it is asked for by the same names (UUIDv5). */
export const idOf = (...names: readonly string[]): string => v5(JSON.stringify(names), ownNamespace);

/** The id of a service account: as {@link newId}, of another version (see `isServiceAccountId`). */
export const newServiceAccountId = (): string => {
  const id = v7();
  return `${id.slice(0, 14)}8${id.slice(15)}`;
};

/** When such an id was made, in milliseconds since 1970, by the clock of its maker (RFC 9562 section 5.7); undefined for any other. */
export const timeOfId = (id: string): number | undefined =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;

/** A secret to hand out: 192 bits in base64url, 32 characters. */
export const newSecret = (): string => randomBytes(24).toString('base64url');
