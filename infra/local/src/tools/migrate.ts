import { migrateSchemas } from '@rollcall/database/migrate';
import { ConfigurationError, readVariables } from '@rollcall/service-kit/environment';
import { z } from 'zod';
import { schemas } from '../schemas.ts';

// Brings every schema up to date as the owner of the database and gives each service its login, then ends. The only
// container that knows the owner's password.

const variables = {
  /** Postgres, as the owner of the database. */
  DATABASE_OWNER_URL: z.string().min(1),
  /** `schema=password` pairs, comma separated: the login of a service is `rollcall_<schema>`. */
  DATABASE_PASSWORDS: z.string().transform((text) => new Map(text.split(',').map((pair) => toPair(pair)))),
};

const toPair = (pair: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
};

try {
  const { DATABASE_OWNER_URL, DATABASE_PASSWORDS } = readVariables(variables, process.env);
  const plans = Object.values(schemas).map((plan) => {
    const password = DATABASE_PASSWORDS.get(plan.schema);
    if (!password) throw new ConfigurationError([`DATABASE_PASSWORDS has none for ${plan.schema}`]);
    return { ...plan, login: { role: `rollcall_${plan.schema}`, password } };
  });
  await migrateSchemas(DATABASE_OWNER_URL, plans);
  console.log(`${plans.length} schemas are up to date.`);
} catch (error) {
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exitCode = 1;
}
