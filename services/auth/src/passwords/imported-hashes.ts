import { createCipheriv, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';

/** Does the password belong to the hash? */
type Verify = (password: string) => Promise<boolean>;

interface Scheme {
  readonly form: RegExp;
  /** Undefined for parameters that no sign-in should have to bear, or that make no sense. */
  readonly read: (parts: readonly string[]) => Verify | undefined;
}

const derive = { pbkdf2: promisify(pbkdf2), scrypt: promisify<string, Buffer, number, object, Buffer>(scrypt) };

// Base64 as PHC strings have it, without padding; passlib writes `.` for `+`.
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');
const equal = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
const base64 = '[A-Za-z0-9+/.]+={0,2}';

const mebibyte = 1024 * 1024;
const memoryAtMost = 256 * mebibyte;

/** RFC 8018: `$pbkdf2-sha256$i=600000$salt$hash`; without `i=` as passlib writes it. */
const pbkdf2Scheme: Scheme = {
  form: new RegExp(`^\\$pbkdf2-(sha1|sha256|sha512)\\$(?:i=)?(\\d{1,8})(?:,l=\\d+)?\\$(${base64})\\$(${base64})$`),
  read: ([digest = '', rounds, salt = '', hash = '']) => {
    const expected = bytes(hash);
    const iterations = Number(rounds);
    if (iterations < 1 || iterations > 5_000_000 || expected.length < 16 || expected.length > 128) return undefined;
    return async (password) =>
      equal(await derive.pbkdf2(password, bytes(salt), iterations, expected.length, digest), expected);
  },
};

const scryptKey = (password: string, salt: Buffer, costs: readonly number[], length: number) => {
  const [N = 0, r = 0, p = 0] = costs;
  return derive.scrypt(password, salt, length, { N, r, p, maxmem: 2 * memoryAtMost });
};

const isBearable = ([N = 0, r = 0, p = 0]: readonly number[]): boolean =>
  N > 1 && r > 0 && p > 0 && p <= 16 && 128 * N * r <= memoryAtMost;

/** RFC 7914: `$scrypt$ln=16,r=8,p=1$salt$hash`. */
const scryptScheme: Scheme = {
  form: new RegExp(`^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,3}),p=(\\d{1,3})\\$(${base64})\\$(${base64})$`),
  read: ([ln, r, p, salt = '', hash = '']) => {
    const costs = [2 ** Number(ln), Number(r), Number(p)];
    const expected = bytes(hash);
    if (!isBearable(costs) || expected.length < 16 || expected.length > 128) return undefined;
    return async (password) => equal(await scryptKey(password, bytes(salt), costs, expected.length), expected);
  },
};

/**
 * Firebase's own: scrypt makes a key under which the project's signer key is encrypted (AES-256-CTR); the ciphertext is the
 * hash. `$firebase-scrypt$ln=14,r=8,ss=<salt separator>,sk=<signer key>$salt$hash`, as the console of Firebase names them.
 */
const firebaseScheme: Scheme = {
  form: new RegExp(
    `^\\$firebase-scrypt\\$ln=(\\d{1,2}),r=(\\d{1,3}),ss=(${base64}),sk=(${base64})\\$(${base64})\\$(${base64})$`,
  ),
  read: ([ln, r, separator = '', signerKey = '', salt = '', hash = '']) => {
    const costs = [2 ** Number(ln), Number(r), 1];
    const expected = Buffer.from(hash, 'base64');
    const salted = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(separator, 'base64')]);
    if (!isBearable(costs) || expected.length < 16) return undefined;
    return async (password) => {
      const key = await scryptKey(password, salted, costs, 32);
      const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
      return equal(cipher.update(Buffer.from(signerKey, 'base64')), expected);
    };
  },
};

const bcryptScheme: Scheme = {
  form: /^(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/,
  read: ([hash = '', cost]) =>
    Number(cost) < 4 || Number(cost) > 15 ? undefined : (password) => verifyBcrypt(password, hash),
};

const schemes = [bcryptScheme, pbkdf2Scheme, scryptScheme, firebaseScheme];

/** How passwords are compared with a hash that another system made; undefined for a form or costs we do not take. */
export const importedHash = (hash: string): Verify | undefined => {
  for (const { form, read } of schemes) {
    const [, ...parts] = form.exec(hash) ?? [];
    if (parts.length > 0) return read(parts);
  }
  return undefined;
};

const argon2Form =
  /^\$argon2(?:id|i|d)\$v=19\$([mtp]=\d{1,7}(?:,[mtp]=\d{1,7}){2})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]{22,}$/;

const isBearableArgon2 = (hash: string): boolean => {
  const [, costs = ''] = argon2Form.exec(hash) ?? [];
  const cost = (name: string): number => Number(new RegExp(`${name}=(\\d+)`).exec(costs)?.[1] ?? 0);
  const [memory, passes, lanes] = [cost('m') * 1024, cost('t'), cost('p')];
  return (
    memory >= 8 * 1024 * lanes && memory <= memoryAtMost && passes >= 1 && passes <= 20 && lanes >= 1 && lanes <= 16
  );
};

/** Can passwords be compared with it here? */
export const isUsableHash = (hash: string): boolean => isBearableArgon2(hash) || importedHash(hash) !== undefined;
