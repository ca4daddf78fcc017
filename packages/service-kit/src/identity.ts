import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** A fresh UUIDv7: unique without asking anyone, and sorted by the time it was made. */
export const newId = (): string => v7();

/** A secret to hand out: 192 bits in base64url, 32 characters. */
export const newSecret = (): string => randomBytes(24).toString('base64url');
