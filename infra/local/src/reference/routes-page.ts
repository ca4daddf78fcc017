import { perMinute } from '@rollcall/gateway/rate-classes';
import { clientMessage, liveChannels, liveEndings, liveMessages, serverMessage } from '@rollcall/types/live-protocol';
import { problems } from '@rollcall/types/problems';
import { type Caller, isSigned, type Route } from '@rollcall/types/route-definition';
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
  return `${[introduction, rates, refusals, live, ...sections].join('\n\n')}\n`;
};

const introduction = `# Routes

<!-- Written by npm run docs from packages/types/src/routes. -->

Everything the gateway routes. \`/api/user/…\` is another name of \`/v1/…\`; \`me\` stands for the caller wherever a user's id stands.
Lists answer \`{ items, nextCursor }\` and take \`limit\` and \`cursor\`. A route whose caller has too few rights answers 404, the same
as for what does not exist, unless \`forbidden\` is among its refusals. Every route may also refuse with \`rate_limited\` and
\`unavailable\`; one that takes input with \`invalid_input\`; one that takes a body with \`malformed_json\`, \`unsupported_media_type\`
and \`payload_too_large\`; one that changes something, for a session cookie that comes from another site, with
\`cross_site_request\`; one that is not for everybody with \`unauthenticated\` and \`token_revoked\`. A route that takes an
\`Idempotency-Key\` gives the first answer again to whoever repeats the request under the same key, for 24 hours; it may refuse with
\`request_in_progress\` and \`idempotency_key_reused\`. What no route declares, be it a field or a query parameter, is
\`invalid_input\`.`;

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

const said = (messages: Parameters<typeof liveMessages>[0]) =>
  liveMessages(messages).map(({ text, meaning }) => [code(text), meaning]);

const live = `## live

### \`WS /v1/live\`

The access log, filtered by what you may see, and your own events, as they happen or played back: a GET with \`Upgrade: websocket\` and \`Sec-WebSocket-Protocol: rollcall.v1, bearer.<token>\`, or with
the session cookie from a page of \`PUBLIC_URL\` or \`CORS_ORIGINS\`. For any signed-in person, in the rate class \`read\`. Messages are JSON, each with its \`type\`.

${table(
  ['channel', 'has'],
  Object.entries(liveChannels).map(([name, meaning]) => [code(name), meaning]),
)}

${table(['the client says', ''], said(clientMessage))}

${table(['the server says', ''], said(serverMessage))}

${table(
  ['closes with', ''],
  Object.values(liveEndings).map(({ code, meaning }) => [String(code), meaning]),
)}`;

const groupOf = (route: Route): string => route.tag ?? route.service;

const section = (route: Route): string => {
  const own = [
    ...(route.openAboutExistence ? (['forbidden'] as const) : []),
    ...(route.invalidInput ? [route.invalidInput] : []),
    ...(route.refusals ?? []),
  ];
  const taken = [
    ...(isSigned(route) ? ['webhook-id', 'webhook-timestamp', 'webhook-signature'] : []),
    ...(route.idempotent ? ['Idempotency-Key'] : []),
    ...(own.includes('precondition_failed') ? ['If-Match'] : []),
    ...(route.responses[304] ? ['If-None-Match'] : []),
  ];
  const carried = [...(route.headers ?? []), ...(route.cookies ? ['Set-Cookie'] : [])];
  const rows = [
    ['callers', route.callers.map(callerText).join(', ')],
    ['rate class', code(route.rate)],
    ...(taken.length > 0 ? [['takes', codes(taken)]] : []),
    ...(route.query ? [['query', code(typeText(route.query, 'input'))]] : []),
    ...(route.body ? [['body', `${code(typeText(route.body, 'input'))}${route.bodyOptional ? ', or none' : ''}`]] : []),
    ...(route.form ? [['form', code(typeText(route.form, 'input'))]] : []),
    ...Object.entries(route.responses).map(([status, schema]) => [
      `answers ${status}`,
      status === '304'
        ? 'nothing'
        : status === '303'
          ? 'a `Location` to go on at'
          : route.media
            ? mediaText[route.media]
            : code(typeText(schema)),
    ]),
    ...(carried.length > 0 ? [['with', codes(carried)]] : []),
    ['refusals', codes([...new Set(own)])],
  ];
  return [`### ${code(`${route.method} ${route.path}`)}`, `${route.summary}.`, table(['', ''], rows)].join('\n\n');
};

const mediaText = { 'text/html': 'a page', 'text/*': 'a text' } as const;

const callerText = (caller: Caller): string => {
  if (caller === 'public') return 'anyone';
  if (caller === 'user') return 'any signed-in person';
  if (caller === 'self') return 'the person themselves';
  if ('judged' in caller) return caller.judged;
  if ('signedBy' in caller) return `whoever signs as ${caller.signedBy}`;
  return 'permission' in caller ? `holders of ${code(caller.permission)}` : caller.service;
};
