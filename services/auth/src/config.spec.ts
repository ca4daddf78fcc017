import { describe, expect, it } from 'vitest';
import { toConfig } from './config.ts';

const environment = {
  PUBLIC_URL: 'https://id.example/rollcall/',
  DATABASE_URL: 'postgres://x',
  NATS_URL: 'nats://x',
  SERVICE_TRUST_KEYS: `gateway=${'A'.repeat(43)}`,
  KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
};

describe('the configuration', () => {
  it('the issuer is the origin that people reach, and cookies are for https where that is', () => {
    expect(toConfig(environment)).toMatchObject({ issuer: 'https://id.example', secureCookies: true });
    expect(toConfig({ ...environment, PUBLIC_URL: 'http://localhost:8080' }).secureCookies).toBe(false);
  });

  it('leaves a core to everything but hashing', () => {
    expect(toConfig(environment).hashesAtOnce).toBeGreaterThanOrEqual(1);
    expect(toConfig({ ...environment, HASHES_AT_ONCE: '3' }).hashesAtOnce).toBe(3);
  });

  it('passwords are hashed as OWASP asks, or at a higher price; in production never at a lower one', () => {
    expect(toConfig(environment).passwordHashMemory).toBe(19_456);
    const cheap = { ...environment, PASSWORD_HASH_MEMORY: '1024' };
    expect(toConfig({ ...cheap, NODE_ENV: 'test' }).passwordHashMemory).toBe(1_024);
    expect(() => toConfig({ ...cheap, NODE_ENV: 'production' })).toThrow(/PASSWORD_HASH_MEMORY: must be 19456 or more/);
    expect(toConfig({ ...cheap, NODE_ENV: 'production', PASSWORD_HASH_MEMORY: '65536' }).passwordHashMemory).toBe(
      65_536,
    );
  });

  it('there is no default secret, and a bad one is named without being shown (N42)', () => {
    const { KEY_ENCRYPTION_SECRET: _, ...without } = environment;
    expect(() => toConfig(without)).toThrow(/KEY_ENCRYPTION_SECRET is missing/);
    const bad = () => toConfig({ ...environment, KEY_ENCRYPTION_SECRET: 'canary', HASHES_AT_ONCE: '0' });
    expect(bad).toThrow(/KEY_ENCRYPTION_SECRET: must be 32 random bytes.*\n.*HASHES_AT_ONCE/);
    expect(bad).not.toThrow(/canary/);
  });

  it('there is no start without an issuer and audience of tokens (N35)', () => {
    for (const missing of [undefined, '', 'id.example', 'javascript:alert(1)']) {
      expect(() => toConfig({ ...environment, PUBLIC_URL: missing })).toThrow(/PUBLIC_URL/);
    }
  });
});
