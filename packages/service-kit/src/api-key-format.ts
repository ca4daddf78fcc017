import { crc32 } from 'node:zlib';
import { newSecret } from './identity.ts';

/** What a key is for can be seen, and programs that look for leaked secrets can find it. */
export const apiKeyKinds = { person: 'rollcall_pat', serviceAccount: 'rollcall_key' } as const;
export type ApiKeyKind = keyof typeof apiKeyKinds;

const form = /^(rollcall_(?:pat|key)_[A-Za-z0-9_-]{32})([0-9a-f]{8})$/;

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** A new key: its kind, 192 random bits, and a checksum, by which a mistyped one is told without asking anybody. */
export const newApiKey = (kind: ApiKeyKind): string => {
  const text = `${apiKeyKinds[kind]}_${newSecret()}`;
  return text + checksumOf(text);
};

/** Does it have the form of a key, checksum included? */
export const isApiKey = (token: string): boolean => {
  const [, text, checksum] = form.exec(token) ?? [];
  return text !== undefined && checksumOf(text) === checksum;
};

/** So much of it may be shown: enough to tell it from others, and too little to guess it. */
export const apiKeyPrefix = (key: string): string => key.slice(0, apiKeyKinds.person.length + 1 + 4);
