import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { hash as bcrypt } from '@node-rs/bcrypt';
import argon2 from 'argon2';
import { describe, expect, it } from 'vitest';
import { importedHash, isUsableHash } from './imported-hashes.ts';

const password = 'a long pässword 🔑';
const phc = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
const salt = randomBytes(16);

// The example that Firebase publishes with its own implementation.
const firebase =
  '$firebase-scrypt$ln=14,r=8,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';

const pbkdf2 = (digest: string, length: number) => phc(pbkdf2Sync(password, salt, 1_000, length, digest));

describe('a hash that another system made', () => {
  it.each([
    ['bcrypt', async () => bcrypt(password, { cost: 4 })],
    ['bcrypt as PHP writes it', async () => (await bcrypt(password, { cost: 4 })).replace(/^\$2b/, '$2y')],
    ['PBKDF2 with SHA-256', async () => `$pbkdf2-sha256$i=1000$${phc(salt)}$${pbkdf2('sha256', 32)}`],
    ['PBKDF2 with SHA-512', async () => `$pbkdf2-sha512$i=1000,l=64$${phc(salt)}$${pbkdf2('sha512', 64)}`],
    [
      'PBKDF2 as passlib writes it',
      async () => `$pbkdf2-sha256$1000$${phc(salt)}$${pbkdf2('sha256', 32)}`.replaceAll('+', '.'),
    ],
    [
      'scrypt',
      async () => `$scrypt$ln=10,r=8,p=1$${phc(salt)}$${phc(scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 }))}`,
    ],
  ])('of %s is compared with, exactly as typed', async (_, make) => {
    const hash = await make();
    expect(isUsableHash(hash)).toBe(true);
    const verify = importedHash(hash);
    expect(await verify?.(password)).toBe(true);
    for (const wrong of [`${password} `, password.normalize('NFD'), '', password.toUpperCase()]) {
      expect(await verify?.(wrong)).toBe(false);
    }
  });

  it('of Firebase is compared with', async () => {
    expect(isUsableHash(firebase)).toBe(true);
    expect(await importedHash(firebase)?.('user1password')).toBe(true);
    expect(await importedHash(firebase)?.('user2password')).toBe(false);
  });

  it.each(['i', 'd', 'id'] as const)('of argon2%s is taken', async (variant) => {
    const type = { i: argon2.argon2i, d: argon2.argon2d, id: argon2.argon2id }[variant];
    expect(isUsableHash(await argon2.hash(password, { type }))).toBe(true);
  });

  const body = `$${phc(salt)}$${phc(randomBytes(32))}`;
  it.each([
    ['the password itself', 'a long password'],
    ['an unsalted digest', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['MD5 crypt', '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/'],
    ['a bcrypt that takes minutes', `$2b$31$${'a'.repeat(53)}`],
    ['a bcrypt that is cut off', `$2b$10$${'a'.repeat(50)}`],
    ['PBKDF2 without rounds', `$pbkdf2-sha256$i=0${body}`],
    ['PBKDF2 that takes minutes', `$pbkdf2-sha256$i=99999999${body}`],
    ['PBKDF2 with a digest nobody has', `$pbkdf2-whirlpool$i=1000${body}`],
    ['PBKDF2 of one byte', `$pbkdf2-sha256$i=1000$${phc(salt)}$AA`],
    ['scrypt that takes all memory', `$scrypt$ln=24,r=8,p=1${body}`],
    ['scrypt that makes no sense', `$scrypt$ln=0,r=8,p=1${body}`],
    ['argon2 that takes all memory', `$argon2id$v=19$m=4194304,t=2,p=1${body}`],
    ['argon2 of an old version', `$argon2id$v=16$m=19456,t=2,p=1${body}`],
    ['two lines', `${firebase}\n`],
  ])('is refused: %s', (_, hash) => {
    expect(isUsableHash(hash)).toBe(false);
  });
});
