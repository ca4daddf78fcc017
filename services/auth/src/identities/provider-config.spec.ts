import { randomBytes } from 'node:crypto';
import { ConfigurationError, type Environment } from '@rollcall/service-kit/environment';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import { describe, expect, it } from 'vitest';
import { toConfig } from '../config.ts';
import { presets } from './presets.ts';

const configOf = (providers: unknown, secrets: unknown, more: Environment = {}) =>
  toConfig({
    ...testEnvironment('auth', 'postgres://nobody@127.0.0.1/x'),
    KEY_ENCRYPTION_SECRET: randomBytes(32).toString('base64url'),
    IDENTITY_PROVIDERS: typeof providers === 'string' ? providers : JSON.stringify(providers),
    IDENTITY_PROVIDER_SECRETS: typeof secrets === 'string' ? secrets : JSON.stringify(secrets),
    ...more,
  });

const faultsOf = (...given: Parameters<typeof configOf>): readonly string[] => {
  try {
    configOf(...given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

const acme = { id: 'acme', type: 'oidc', issuer: 'https://login.acme.example', clientId: 'rollcall' };

describe('IDENTITY_PROVIDERS', () => {
  it('has nobody unless told', () => {
    expect(configOf('', '').identityProviders.size).toBe(0);
  });

  it('takes every preset with a client and its secret', () => {
    const names = Object.keys(presets);
    const providers = names.map((preset) => ({ id: preset, preset, clientId: 'c', teamId: 't', keyId: 'k' }));
    const secrets = Object.fromEntries(names.map((name) => [name, 'secret']));
    const { identityProviders } = configOf(
      [...providers, { id: 'firebase', preset: 'firebase', projectId: 'p' }],
      secrets,
    );
    expect([...identityProviders.keys()]).toEqual([...names, 'firebase']);
    for (const { issuer } of identityProviders.values()) expect(issuer).toMatch(/^https:\/\//);
  });

  it('keeps secrets apart from what is said about providers', () => {
    const { identityProviders } = configOf([acme], { acme: 'canary' });
    expect(JSON.stringify([...identityProviders])).not.toContain('canary');
  });

  it('says everything that is wrong with it at once, and repeats no value', () => {
    const providers = [
      { ...acme, clientSecret: 'canary' },
      { id: 'UP', type: 'oidc' },
      { id: 'bare', type: 'oidc' },
      { id: 'open', type: 'oauth2', clientId: 'c' },
      { id: 'odd' },
      { id: 'firebase', type: 'oidc', issuer: 'https://a.example', clientId: 'c' },
      'canary',
    ];
    const faults = faultsOf(providers, {});
    expect(faults.map((fault) => fault.replace('IDENTITY_PROVIDERS: ', ''))).toEqual([
      expect.stringMatching(/^entry 1: .*clientSecret/),
      expect.stringMatching(/^entry 2: id must be/),
      'bare: clientId is missing',
      'bare: issuer is missing',
      'open: userinfoUrl is missing',
      'open: authorizationUrl is missing',
      'open: tokenUrl is missing',
      'odd: type is missing',
      'odd: clientId is missing',
      'odd: issuer is missing',
      'firebase: firebase is the id of the preset firebase',
      expect.stringMatching(/^entry 7: /),
    ]);
    expect(faults.join()).not.toContain('canary');
  });

  it.each([
    ['no JSON', '[{canary'],
    ['no array', '{"canary":1}'],
  ])('is refused as %s, which is not repeated', (_, text) => {
    const faults = faultsOf(text, {});
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('canary');
  });

  it.each([
    ['a provider without a secret', [acme], {}, 'IDENTITY_PROVIDER_SECRETS has none for acme'],
    ['a secret without a provider', [], { acme: 'x' }, 'IDENTITY_PROVIDER_SECRETS: IDENTITY_PROVIDERS has no acme'],
    [
      'an id twice',
      [acme, { ...acme, issuer: 'https://b.example' }],
      { acme: 'x' },
      'IDENTITY_PROVIDERS: acme is there twice',
    ],
    [
      'two that speak for one issuer (N18)',
      [acme, { ...acme, id: 'two', issuer: 'https://login.acme.example/' }],
      { acme: 'x', two: 'x' },
      'IDENTITY_PROVIDERS: two speaks for an issuer that another one speaks for',
    ],
    [
      'an address without TLS',
      [{ ...acme, issuer: 'http://login.acme.example' }],
      { acme: 'x' },
      'IDENTITY_PROVIDERS: acme has an address without TLS that OUTGOING_PRIVATE_HOSTS does not name',
    ],
  ])('is refused with %s', (_, providers, secrets, fault) => {
    expect(faultsOf(providers, secrets)).toEqual([fault]);
  });

  it('is refused with a provider that has the name of a hook', () => {
    const hooks = [{ name: 'acme', point: 'authentication', url: 'https://acme.example/hook' }];
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const environment = { BLOCKING_HOOKS: JSON.stringify(hooks), BLOCKING_HOOK_SECRETS: `{"acme":"${secret}"}` };
    expect(faultsOf([acme], { acme: 'x' }, environment)).toEqual([
      'BLOCKING_HOOKS: acme is the id of an identity provider',
    ]);
  });

  it('takes an address without TLS that the operator named', () => {
    const local = { ...acme, issuer: 'http://127.0.0.1:4000' };
    expect(faultsOf([local], { acme: 'x' }, { OUTGOING_PRIVATE_HOSTS: '127.0.0.1:4000' })).toEqual([]);
  });

  it('takes no host of OUTGOING_PRIVATE_HOSTS that stands for many', () => {
    expect(faultsOf([], {}, { OUTGOING_PRIVATE_HOSTS: '*.example.com:443' })).toEqual([
      expect.stringMatching(/^OUTGOING_PRIVATE_HOSTS: must hold host:port pairs/),
    ]);
  });
});
