import { variables as activityLog } from '@rollcall/activity-log/config';
import { variables as auth } from '@rollcall/auth/config';
import { variables as consolePages } from '@rollcall/console/config';
import { variables as deactivation } from '@rollcall/deactivation/config';
import { variables as gateway } from '@rollcall/gateway/config';
import { variables as notification } from '@rollcall/notification/config';
import { variables as profile } from '@rollcall/profile/config';
import { variables as registration } from '@rollcall/registration/config';
import { variables as rolePermission } from '@rollcall/role-permission/config';
import { processVariables } from '@rollcall/service-kit/run-as-process';
import { type ServiceName, serviceNames } from '@rollcall/types/services';
import { z } from 'zod';
import { launcherVariables } from '../../bootstrap/variables.mjs';
import { code, table } from './markdown.ts';

/** A service that runs by itself reads these; the gateway has defaults of its own for where it listens. */
const variablesOf: Readonly<Record<ServiceName, z.ZodRawShape>> = {
  registration: { ...processVariables, ...registration },
  auth: { ...processVariables, ...auth },
  profile: { ...processVariables, ...profile },
  'role-permission': { ...processVariables, ...rolePermission },
  notification: { ...processVariables, ...notification },
  'activity-log': { ...processVariables, ...activityLog },
  deactivation: { ...processVariables, ...deactivation },
  console: { ...processVariables, ...consolePages },
  gateway,
};

/** What can be configured, as Markdown: first on one machine, then service by service. */
export const configurationTables = (): string =>
  [
    'Of `npm start`, which works out all the rest:',
    table(
      ['variable', 'default', 'meaning'],
      launcherVariables.map(({ name, fallback, meaning }) => [code(name), fallback ? code(fallback) : '', meaning]),
    ),
    'Of the services, where each is a process of its own (`services/<service>/src/config.ts`):',
    table(['variable', 'services', 'default', 'meaning'], serviceRows()),
  ].join('\n\n');

interface Variable {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
  readonly readers: readonly ServiceName[];
}

const serviceRows = (): string[][] => {
  const found = new Map<string, Variable>();
  for (const service of serviceNames) {
    for (const [name, schema] of Object.entries(variablesOf[service])) {
      const variable = { name, fallback: fallbackOf(schema), meaning: meaningOf(name, schema) };
      const key = JSON.stringify(variable);
      found.set(key, { ...variable, readers: [...(found.get(key)?.readers ?? []), service] });
    }
  }
  return [...found.values()].map(({ name, fallback, meaning, readers }) => [
    code(name),
    readersText(readers),
    fallback,
    meaning,
  ]);
};

const readersText = (readers: readonly ServiceName[]): string => {
  if (readers.length === serviceNames.length) return 'all';
  const others = serviceNames.filter((service) => !readers.includes(service));
  return others.length === 1 ? `all but ${others.join()}` : readers.join(', ');
};

const jsonOf = (schema: z.core.$ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

const fallbackOf = (schema: z.core.$ZodType): string => {
  const isRequired = !z.safeParse(schema, undefined).success;
  const { default: value } = jsonOf(schema);
  if (isRequired) return '**required**';
  return value === undefined || value === '' ? '' : code(String(value));
};

const meaningOf = (name: string, schema: z.core.$ZodType): string => {
  const { description } = z.globalRegistry.get(schema) ?? {};
  if (typeof description !== 'string') throw new Error(`${name} has no description: give it one with meta()`);
  return description;
};
