import { serviceNames, statefulServices } from '@rollcall/types/services';
import { describe, expect, it } from 'vitest';
import { createPlan, SERVICES, STATEFUL_SERVICES, serviceTrustKeys } from './plan.mjs';
import { newSecrets } from './secrets.mjs';
import type { Environment, ServiceName } from './types.ts';

const ports = { gateway: 8080, postgres: 5001, nats: 5002, smtp: 5003 };
const secrets = newSecrets();
const planWith = (env: Environment) => createPlan({ secrets, ports, env });

function keysOf(list: string): Map<string, string> {
  return new Map(list.split(',').map((pair) => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']));
}

it('plans for every service there is', () => {
  expect([...SERVICES].sort()).toEqual([...serviceNames].sort());
  expect([...STATEFUL_SERVICES].sort()).toEqual([...statefulServices].sort());
});

describe('the plan of a bare machine', () => {
  const { environment, databaseOwnerUrl } = planWith({});

  it('leads every service with state to the Postgres and the NATS that were started', () => {
    for (const service of STATEFUL_SERVICES) {
      const url = new URL(environment[service].DATABASE_URL ?? '');
      expect(url.host).toBe('127.0.0.1:5001');
      expect(url.pathname).toBe('/rollcall');
      expect(environment[service]).toMatchObject({
        NODE_ENV: 'development',
        LOG_LEVEL: 'warn',
        PUBLIC_URL: 'http://localhost:8080',
        NATS_URL: 'nats://127.0.0.1:5002',
        NATS_TOKEN: secrets.natsToken,
      });
    }
    expect(databaseOwnerUrl).toBe(`postgres://postgres:${secrets.postgresPassword}@127.0.0.1:5001/rollcall`);
  });

  it('gives a service without state no way to either', () => {
    for (const service of SERVICES.filter((one) => !STATEFUL_SERVICES.some((other) => other === one))) {
      const names = Object.keys(environment[service]);
      expect(names.filter((name) => /DATABASE|NATS/.test(name))).toEqual([]);
      expect(environment[service]).toMatchObject({ NODE_ENV: 'development', PUBLIC_URL: 'http://localhost:8080' });
    }
  });

  it('gives every service with state a database role and password of its own', () => {
    const logins = STATEFUL_SERVICES.map((service) => new URL(environment[service].DATABASE_URL ?? ''));
    expect(logins.map((url) => url.username)).toContain('rollcall_role_permission');
    expect(new Set(logins.map((url) => url.username)).size).toBe(STATEFUL_SERVICES.length);
    expect(new Set(logins.map((url) => url.password)).size).toBe(STATEFUL_SERVICES.length);
    expect(logins.map((url) => url.password)).not.toContain(secrets.postgresPassword);
  });

  it('tells the gateway where to listen and notification where to send', () => {
    expect(environment.gateway).toMatchObject({ HOST: '127.0.0.1', PORT: '8080' });
    expect(environment.notification).toMatchObject({
      SMTP_URL: 'smtp://127.0.0.1:5003',
      MAIL_FROM: 'Rollcall <no-reply@rollcall.localhost>',
    });
  });

  it('gives those who keep keys, and nobody else, a key to encrypt them with, a different one each', () => {
    const holders = SERVICES.filter((service) => 'KEY_ENCRYPTION_SECRET' in environment[service]);
    expect(holders).toEqual(['auth', 'registration', 'role-permission']);
    const keys = holders.map((service) => environment[service].KEY_ENCRYPTION_SECRET);
    expect(new Set(keys).size).toBe(holders.length);
  });
});

describe('the keys of service trust', () => {
  const everybody = [...SERVICES, 'operator'] as const;
  const keys = new Map(everybody.map((self) => [self as string, keysOf(serviceTrustKeys(secrets, self))]));

  it('are the same on both ends of a pair', () => {
    for (const one of everybody) {
      for (const other of everybody) {
        if (one !== other) expect(keys.get(one)?.get(other)).toBe(keys.get(other)?.get(one));
      }
    }
  });

  it('are 32 bytes, and different for every pair', () => {
    const all = [...keys.values()].flatMap((ofOne) => [...ofOne.values()]);
    for (const key of all) expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    expect(new Set(all).size).toBe((everybody.length * (everybody.length - 1)) / 2);
  });

  it('stay the same from start to start, and differ between installations', () => {
    expect(serviceTrustKeys(secrets, 'auth')).toBe(serviceTrustKeys(secrets, 'auth'));
    expect(serviceTrustKeys(secrets, 'auth')).not.toBe(serviceTrustKeys(newSecrets(), 'auth'));
  });

  it('name no service as its own peer', () => {
    for (const [self, ofSelf] of keys) expect(ofSelf.has(self)).toBe(false);
  });
});

describe('the set-up token', () => {
  const tokenWith = (env: Environment) => planWith(env).environment['role-permission'].ROLLCALL_SETUP_TOKEN;

  it('is there in production, for role-permission only, and the same from start to start', () => {
    const { environment } = planWith({ NODE_ENV: 'production' });
    expect(SERVICES.filter((service) => 'ROLLCALL_SETUP_TOKEN' in environment[service])).toEqual(['role-permission']);
    expect(tokenWith({ NODE_ENV: 'production' })).toMatch(/^[\w-]{43}$/);
    expect(tokenWith({ NODE_ENV: 'production' })).toBe(tokenWith({ NODE_ENV: 'production' }));
  });

  it('differs between installations, and from every other secret', () => {
    const token = tokenWith({ NODE_ENV: 'production' });
    const other = createPlan({ secrets: newSecrets(), ports, env: { NODE_ENV: 'production' } });
    expect(other.environment['role-permission'].ROLLCALL_SETUP_TOKEN).not.toBe(token);
    const { environment, ...rest } = planWith({});
    expect(JSON.stringify([environment, rest, secrets])).not.toContain(token);
  });

  it('is not needed, and not there, in development', () => expect(tokenWith({})).toBeUndefined());

  it('is the operator’s own where there is one', () => {
    const chosen = 'a token that the operator has chosen';
    expect(tokenWith({ NODE_ENV: 'production', ROLLCALL_SETUP_TOKEN: chosen })).toBe(chosen);
  });
});

describe("the operator's own environment", () => {
  it('replaces each part: the database, NATS and the mail server', () => {
    const { environment, databaseOwnerUrl } = planWith({
      DATABASE_URL: 'postgres://owner:secret@db.example:6000/people?sslmode=require',
      NATS_URL: 'nats://user:pass@nats.example:4222',
      SMTP_URL: 'smtps://mail.example',
    });
    expect(databaseOwnerUrl).toBe('postgres://owner:secret@db.example:6000/people?sslmode=require');
    const url = new URL(environment.auth.DATABASE_URL ?? '');
    expect([url.username, url.host, url.pathname, url.search]).toEqual([
      'rollcall_auth',
      'db.example:6000',
      '/people',
      '?sslmode=require',
    ]);
    expect(url.password).not.toBe('secret');
    expect(environment.auth.NATS_URL).toBe('nats://user:pass@nats.example:4222');
    expect(environment.auth).not.toHaveProperty('NATS_TOKEN');
    expect(environment.notification.SMTP_URL).toBe('smtps://mail.example');
  });

  it('hands the token of its own NATS on', () => {
    const { environment } = planWith({ NATS_URL: 'nats://nats.example', NATS_TOKEN: 'abc' });
    expect(environment.profile.NATS_TOKEN).toBe('abc');
  });

  it.each(['LOG_LEVEL', 'PUBLIC_URL', 'MAIL_FROM', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'ROLLCALL_ANYTHING'])(
    'hands %s on to every service',
    (name) => {
      const { environment } = planWith({ [name]: 'https://chosen.example' });
      for (const service of SERVICES) expect(environment[service][name]).toBe('https://chosen.example');
    },
  );

  it.each(['HASHES_AT_ONCE', 'IDENTITY_PROVIDER_SECRETS', 'PASSWORD_HASH_MEMORY'])(
    'hands %s on to auth alone',
    (name) => {
      const { environment } = planWith({ [name]: '2' });
      expect(SERVICES.filter((service) => environment[service][name] === '2')).toEqual(['auth']);
    },
  );

  it('hands the secret of the billing system on to role-permission alone', () => {
    const { environment } = planWith({ BILLING_SECRET: '2' });
    expect(SERVICES.filter((service) => 'BILLING_SECRET' in environment[service])).toEqual(['role-permission']);
  });

  it('keeps everything else from the services', () => {
    const { environment } = planWith({ HOME: '/home/x', AWS_SECRET_ACCESS_KEY: 'x', KEY_ENCRYPTION_SECRET: 'x' });
    const values = (service: ServiceName) => Object.keys(environment[service]);
    for (const service of SERVICES) {
      expect(values(service)).not.toContain('HOME');
      expect(values(service)).not.toContain('AWS_SECRET_ACCESS_KEY');
    }
    expect(environment.auth.KEY_ENCRYPTION_SECRET).toBe(secrets.authKeyEncryption);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(planWith({ DATABASE_URL: '', NODE_ENV: '', LOG_LEVEL: '' })).toEqual(planWith({}));
  });
});
