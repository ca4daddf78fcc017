import { describe, expect, it } from 'vitest';
import { toConfig } from './config.ts';

const environment = {
  PUBLIC_URL: 'https://id.example',
  DATABASE_URL: 'postgres://x',
  NATS_URL: 'nats://x',
  SERVICE_TRUST_KEYS: `gateway=${'A'.repeat(43)}`,
  KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
};

describe('the configuration', () => {
  it('compares the first administrator’s address as every address is compared', () => {
    expect(toConfig(environment).firstAdminEmailKey).toBeUndefined();
    const named = toConfig({ ...environment, ROLLCALL_FIRST_ADMIN_EMAIL: 'Ada@Example.com' });
    expect(named.firstAdminEmailKey).toBe('ada@example.com');
  });

  it('there is no default secret, and what is bad is named without being shown (N42)', () => {
    const { KEY_ENCRYPTION_SECRET: _, ...without } = environment;
    expect(() => toConfig(without)).toThrow(/KEY_ENCRYPTION_SECRET is missing/);
    const bad = () =>
      toConfig({ ...environment, KEY_ENCRYPTION_SECRET: 'canary', ROLLCALL_FIRST_ADMIN_EMAIL: 'canary' });
    expect(bad).toThrow(
      /KEY_ENCRYPTION_SECRET: must be 32 random bytes.*\n.*ROLLCALL_FIRST_ADMIN_EMAIL: must be an e-mail/,
    );
    expect(bad).not.toThrow(/canary/);
  });
});
