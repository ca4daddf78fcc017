import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BlockingHook, blockingHookSecrets, blockingHooks, judgeHooks } from './blocking-hook-config.ts';
import { ConfigurationError, readVariables } from './environment.ts';

const variables = { BLOCKING_HOOKS: blockingHooks, BLOCKING_HOOK_SECRETS: blockingHookSecrets };
const secretOf = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const isCallable = (url: string) => url.startsWith('https:');

const read = (hooks: unknown, secrets: unknown = {}) =>
  readVariables(variables, {
    BLOCKING_HOOKS: typeof hooks === 'string' ? hooks : JSON.stringify(hooks),
    BLOCKING_HOOK_SECRETS: typeof secrets === 'string' ? secrets : JSON.stringify(secrets),
  });

const faultsOf = (...given: Parameters<typeof read>): readonly string[] => {
  try {
    const { BLOCKING_HOOKS, BLOCKING_HOOK_SECRETS } = read(...given);
    return judgeHooks(BLOCKING_HOOKS, BLOCKING_HOOK_SECRETS, isCallable);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

const gate = { name: 'gate', point: 'sign_in', url: 'https://gate.example/hook' };
const directory = { name: 'directory', point: 'authentication', url: 'https://directory.example/hook' };

describe('BLOCKING_HOOKS', () => {
  it('asks nobody unless told', () => {
    expect(read('', '').BLOCKING_HOOKS.size).toBe(0);
  });

  it('refuses what is unanswered, after three seconds, unless told', () => {
    const usual = { whenUnanswered: 'refuse', deadlineMilliseconds: 3_000 };
    expect([...read([gate, directory]).BLOCKING_HOOKS.values()]).toEqual<BlockingHook[]>([
      { ...gate, ...usual, whenUnanswered: 'refuse' },
      { ...directory, ...usual, whenUnanswered: 'refuse' },
    ]);
  });

  it('takes hooks that have what they need', () => {
    const secrets = { gate: secretOf(24), directory: secretOf(64) };
    expect(faultsOf([{ ...gate, whenUnanswered: 'allow', deadlineMilliseconds: 500 }, directory], secrets)).toEqual([]);
  });

  it('says everything that is wrong with an entry at once, and repeats no value', () => {
    const faults = faultsOf([
      { ...gate, point: 'canary' },
      { ...gate, name: 'Canary', secret: 'canary' },
      { ...gate, url: 'ftp://canary' },
      { ...gate, whenUnanswered: 'canary', deadlineMilliseconds: 60_000 },
      'canary',
    ]);
    expect(faults.map((fault) => fault.replace('BLOCKING_HOOKS: ', ''))).toEqual([
      'entry 1: point must be one of sign_in, authentication',
      expect.stringMatching(/^entry 2: name must be/),
      expect.stringMatching(/^entry 2: .*secret/),
      'entry 3: url must be a URL',
      'entry 4: whenUnanswered must be refuse or allow',
      'entry 4: deadlineMilliseconds must be 10000 or less',
      expect.stringMatching(/^entry 5: /),
    ]);
    expect(faults.join().replace('secret', '')).not.toContain('canary');
  });

  it.each([
    ['no JSON', '[{canary'],
    ['no array', '{"canary":1}'],
  ])('is refused as %s, which is not repeated', (_, text) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('canary');
  });

  it.each([
    ['a name twice', [gate, gate], 'BLOCKING_HOOKS: gate is there twice'],
    [
      'an authentication that nobody has to answer',
      [{ ...directory, whenUnanswered: 'allow' }],
      'BLOCKING_HOOKS: directory: authentication cannot be allowed unanswered',
    ],
  ])('is refused with %s', (_, hooks, fault) => {
    expect(faultsOf(hooks)).toEqual([fault]);
  });

  const short = 'BLOCKING_HOOK_SECRETS: that of gate must be whsec_ and 24 to 64 random bytes in base64';
  it.each([
    ['a hook without a secret', [gate], {}, 'BLOCKING_HOOK_SECRETS has none for gate'],
    ['a secret without a hook', [], { gate: secretOf(32) }, 'BLOCKING_HOOK_SECRETS: BLOCKING_HOOKS has no gate'],
    ['a short secret', [gate], { gate: secretOf(23) }, short],
    ['a secret that is none', [gate], { gate: 'canary'.repeat(10) }, short],
    [
      'an address without TLS',
      [{ ...gate, url: 'http://gate.example' }],
      { gate: secretOf(32) },
      'BLOCKING_HOOKS: gate has an address without TLS that OUTGOING_PRIVATE_HOSTS does not name',
    ],
    [
      'a password in an address',
      [{ ...gate, url: 'https://us:canary@gate.example' }],
      { gate: secretOf(32) },
      'BLOCKING_HOOKS: gate has a password in its address',
    ],
  ])('is judged with %s', (_, hooks, secrets, fault) => {
    expect(faultsOf(hooks, secrets)).toEqual([fault]);
  });
});
