import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import { describe, expect, it } from 'vitest';
import { toConfig } from './config.ts';

const environment = {
  ...testEnvironment('role-permission', 'postgres://localhost/spec'),
  PUBLIC_URL: 'http://localhost',
  KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
};
const token = 'a set-up token of more than 32 characters';

describe('the first administrator', () => {
  it('may be anyone but in production', () => {
    expect(toConfig({ ...environment, NODE_ENV: 'development' }).anyoneMayBootstrap).toBe(true);
    expect(toConfig({ ...environment, NODE_ENV: 'production' }).anyoneMayBootstrap).toBe(false);
  });

  it('is known by a set-up token that is kept as a digest only', () => {
    const config = toConfig({ ...environment, ROLLCALL_SETUP_TOKEN: token });
    expect(config.setupTokenDigest).toBe(digestOf(token));
    expect(JSON.stringify(config)).not.toContain(token);
  });

  it('is not let in by a token that could be guessed, and the complaint does not tell it', () => {
    expect(() => toConfig({ ...environment, ROLLCALL_SETUP_TOKEN: 'short-secret' })).toThrow(/ROLLCALL_SETUP_TOKEN/);
    expect(() => toConfig({ ...environment, ROLLCALL_SETUP_TOKEN: 'short-secret' })).not.toThrow(/short-secret/);
  });
});

describe('tools that appoint administrators', () => {
  it.each([
    ['development on the loopback interface', { NODE_ENV: 'development' }, true],
    ['production', { NODE_ENV: 'production' }, false],
    ['development that others reach', { NODE_ENV: 'development', PUBLIC_URL: 'https://rollcall.test' }, false],
    ['a database elsewhere', { NODE_ENV: 'development', DATABASE_URL: 'postgres://db.rollcall.test/x' }, false],
  ])('in %s: %s', (_, variables, allowed) => {
    expect(toConfig({ ...environment, ...variables }).appointsAdminsForTools).toBe(allowed);
  });
});

describe('the secrets of the billing system', () => {
  const [one, other] = [32, 64].map((length) => `whsec_${Buffer.alloc(length, 'x').toString('base64')}`);

  it('are none, one or several', () => {
    const secretsIn = (given: object) => toConfig({ ...environment, ...given }).billingSecrets;
    expect([secretsIn({}), secretsIn({ BILLING_SECRET: '' })]).toEqual([[], []]);
    expect(secretsIn({ BILLING_SECRET: one })).toEqual([one]);
    for (const between of [' ', ',', ', ', '\n']) {
      expect(secretsIn({ BILLING_SECRET: `${one}${between}${other}` })).toEqual([one, other]);
    }
  });

  it.each(['secret', 'whsec_', 'whsec_c2hvcnQ=', `${one},secret`, `whsec_${'!'.repeat(44)}`])(
    'are not %s, and the complaint does not tell it',
    (BILLING_SECRET) => {
      const reading = () => toConfig({ ...environment, BILLING_SECRET });
      expect(reading).toThrow(/BILLING_SECRET: must hold secrets/);
      expect(reading).not.toThrow(/c2hvcnQ|!!!|eHh4/);
    },
  );
});
