import { perMinute } from '@rollcall/gateway/rate-classes';
import { problems } from '@rollcall/types/problems';
import type { Caller, Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import { byName, code, codes, table } from './markdown.ts';
import { typeText } from './schema-text.ts';

/** Every public route, as Markdown. */
export const routesPage = (): string => {
  const groups = [...new Set(publicRoutes.map(groupOf))].sort();
  const sections = groups.flatMap((group) => [
    `## ${group}`,
    ...publicRoutes
      .filter((route) => groupOf(route) === group)
      .sort(byName(({ path, method }) => `${path} ${method}`))
      .map(section),
  ]);
  return `${[introduction, rates, refusals, ...sections].join('\n\n')}\n`;
};

const introduction = `# Routes

<!-- Written by npm run docs from packages/types/src/routes. -->

Everything the gateway routes. \`/api/user/…\` is another name of \`/v1/…\`; \`me\` stands for the caller wherever a user's id stands.
Lists answer \`{ items, nextCursor }\` and take \`limit\` and \`cursor\`. A route whose caller has too few rights answers 404, the same
as for what does not exist, unless \`forbidden\` is among its refusals. Every route may also refuse with \`rate_limited\` and
\`unavailable\`; one that takes input with \`invalid_input\`; one that takes a body with \`malformed_json\`, \`unsupported_media_type\`
and \`payload_too_large\`; one that is not for everybody with \`unauthenticated\` and \`token_revoked\`.`;

const rates = [
  '## Rate classes',
  'Requests a minute from one address.',
  table(
    ['class', 'production', 'development'],
    Object.entries(perMinute.production).map(([rate, limit]) => [
      code(rate),
      String(limit),
      String(new Map(Object.entries(perMinute.development)).get(rate)),
    ]),
  ),
].join('\n\n');

const refusals = [
  '## Refusals',
  'Every refusal is a problem document (RFC 9457) with one of these as its `code`.',
  table(
    ['code', 'status', 'title'],
    Object.entries(problems).map(([name, { status, title }]) => [code(name), String(status), title]),
  ),
].join('\n\n');

const groupOf = (route: Route): string => route.tag ?? route.service;

const section = (route: Route): string => {
  const own = [
    ...(route.openAboutExistence ? (['forbidden'] as const) : []),
    ...(route.invalidInput ? [route.invalidInput] : []),
    ...(route.refusals ?? []),
  ];
  const rows = [
    ['callers', route.callers.map(callerText).join(', ')],
    ['rate class', code(route.rate)],
    ...(route.query ? [['query', code(typeText(route.query, 'input'))]] : []),
    ...(route.body ? [['body', `${code(typeText(route.body, 'input'))}${route.bodyOptional ? ', or none' : ''}`]] : []),
    ...Object.entries(route.responses).map(([status, schema]) => [
      `answers ${status}`,
      route.html ? 'a page' : code(typeText(schema)),
    ]),
    ['refusals', codes([...new Set(own)])],
  ];
  return [`### ${code(`${route.method} ${route.path}`)}`, `${route.summary}.`, table(['', ''], rows)].join('\n\n');
};

const callerText = (caller: Caller): string => {
  if (caller === 'public') return 'anyone';
  if (caller === 'user') return 'any signed-in person';
  if (caller === 'self') return 'the person themselves';
  return 'permission' in caller ? `holders of ${code(caller.permission)}` : caller.service;
};
