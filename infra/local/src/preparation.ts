import { setTimeout as delay } from 'node:timers/promises';
import { migrateSchemas } from '@rollcall/database/migrate';
import { everyServiceVariables } from '@rollcall/service-kit/environment';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { HttpDirectory, type ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { isRefusal } from '@rollcall/types/problems';
import { readBootstrap } from '@rollcall/types/routes/role-permission/internal';
import { statefulServices } from '@rollcall/types/services';
import { createOperatorClient } from './operator-client.ts';
import type { StackPlan } from './plan.ts';
import { schemas } from './schemas.ts';

/** Brings the schemas of all services up to date, and gives each service's login its rights. */
export const migrateAll = ({ databaseOwnerUrl, environment }: StackPlan): Promise<void> =>
  migrateSchemas(
    databaseOwnerUrl,
    statefulServices.map((service) => ({ ...schemas[service], login: loginOf(environment[service]?.DATABASE_URL) })),
  );

/** Is there, or was there, a first administrator? */
export const readBootstrapped = (plan: StackPlan, directory: ServiceDirectory): Promise<boolean> =>
  ask(createOperatorClient(plan, directory));

/** {@link readBootstrapped}, of services behind the addresses of a `SERVICE_URLS`. */
export const readBootstrappedAt = async (plan: StackPlan, serviceUrls: string): Promise<boolean> => {
  const directory = new HttpDirectory(everyServiceVariables.SERVICE_URLS.parse(serviceUrls));
  try {
    return await readBootstrapped(plan, directory);
  } finally {
    await directory.close();
  }
};

/** The access log does not answer from what is a second old, and a start can keep it from its news for longer. */
const ask = async (client: ServiceClient): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await client.call(readBootstrap, {});
      return !isRefusal(answer) && answer.body.bootstrapped;
    } catch (error) {
      if (attempt === 20) throw error;
      await delay(250);
    }
  }
};

const loginOf = (url = ''): { role: string; password: string } => {
  const { username, password } = new URL(url);
  return { role: decodeURIComponent(username), password: decodeURIComponent(password) };
};
