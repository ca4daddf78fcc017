import { describe, expect, it } from 'vitest';
import { toConfig } from './config.ts';

const environment = {
  PUBLIC_URL: 'http://rollcall.test',
  DATABASE_URL: 'postgres://x',
  NATS_URL: 'nats://x',
  SERVICE_TRUST_KEYS: `gateway=${'A'.repeat(43)}`,
  SMTP_URL: 'smtps://user:secret@mail.example',
  MAIL_FROM: 'Rollcall <no-reply@rollcall.localhost>',
};

describe('the configuration', () => {
  it('takes a sender with or without a name', () => {
    expect(toConfig(environment).sender).toEqual({ name: 'Rollcall', address: 'no-reply@rollcall.localhost' });
    expect(toConfig({ ...environment, MAIL_FROM: 'a@b.example' }).sender).toEqual({ name: '', address: 'a@b.example' });
  });

  it('names every variable that is missing or malformed, and no value', () => {
    const read = () => toConfig({ ...environment, SMTP_URL: 'http://user:secret@mail', MAIL_FROM: 'x <y>' });
    expect(read).toThrow(/SMTP_URL: must be an smtp/);
    expect(read).toThrow(/MAIL_FROM: must be an e-mail address/);
    expect(read).not.toThrow(/secret/);
    expect(() => toConfig({})).toThrow(/SMTP_URL is missing\n.*MAIL_FROM is missing/);
  });
});
