import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explain, Failure } from '../local/bootstrap/failure.mjs';
import { createPlan, SERVICES, STATEFUL_SERVICES } from '../local/bootstrap/plan.mjs';
import { REPOSITORY } from '../local/bootstrap/repository.mjs';
import { newSecrets } from '../local/bootstrap/secrets.mjs';

// `npm run setup:compose`: writes the `.env` of docker-compose.yml, with secrets of its own. It is never overwritten: what
// the database holds opens only with them.

/** @param {string} service */
const prefixOf = (service) => service.replaceAll('-', '_').toUpperCase();

/**
 * The variables that docker-compose.yml asks for, with fresh secrets.
 * @returns {Record<string, string>}
 */
export function composeEnvironment() {
  const secrets = newSecrets();
  const ports = { gateway: 8080, postgres: 5432, nats: 4222, smtp: 2525 };
  const { environment } = createPlan({ secrets, ports, env: { NODE_ENV: 'production' } });
  /** @type {Record<string, string>} */
  const variables = {
    PUBLIC_URL: 'http://localhost:8080',
    POSTGRES_PASSWORD: secrets.postgresPassword,
    NATS_TOKEN: secrets.natsToken,
    METRICS_TOKEN: newSecrets().root,
    ROLLCALL_SETUP_TOKEN: environment['role-permission'].ROLLCALL_SETUP_TOKEN ?? '',
    AUTH_KEY_ENCRYPTION_SECRET: secrets.authKeyEncryption,
    REGISTRATION_KEY_ENCRYPTION_SECRET: secrets.registrationKeyEncryption,
    ROLE_PERMISSION_KEY_ENCRYPTION_SECRET: environment['role-permission'].KEY_ENCRYPTION_SECRET ?? '',
  };
  for (const service of SERVICES) {
    variables[`${prefixOf(service)}_TRUST_KEYS`] = environment[service].SERVICE_TRUST_KEYS ?? '';
  }
  for (const service of STATEFUL_SERVICES) {
    const { DATABASE_URL = '' } = environment[service];
    variables[`${prefixOf(service)}_DATABASE_PASSWORD`] = new URL(DATABASE_URL).password;
  }
  return variables;
}

/** @param {string} file */
function writeEnvironment(file) {
  if (existsSync(file)) {
    throw new Failure(
      `${file} is there already: move it away to begin anew, without the data that opens only with it.`,
    );
  }
  const lines = Object.entries(composeEnvironment()).map(([name, value]) => `${name}=${value}`);
  const about =
    '# Written by `npm run setup:compose`; what each is for, and what else may stand here, says .env.example.';
  writeFileSync(file, `${about}\n${lines.join('\n')}\n`, { mode: 0o600 });
  console.log(`Wrote ${file}. Next: docker compose up --build`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    writeEnvironment(path.join(REPOSITORY, '.env'));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
