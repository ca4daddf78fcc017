import { cookieNames } from '@rollcall/types/cookies';
import { type ProblemCode, problems } from '@rollcall/types/problems';
import { type Caller, isSigned, needsNobody, type Route } from '@rollcall/types/route-definition';
import { needsNoSecondFactor } from '@rollcall/types/second-factor-routes';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { refusalHeaders, requestHeaders, successHeaders } from './described-headers.ts';
import { liveOperation } from './live-operation.ts';

const livePath = '/v1/live';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems)),
    detail: z.string().optional(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; `code` is stable' });

/** The interface as an OpenAPI 3.1 document, from the very declarations that the routes are served by. */
export const createOpenApi = (routes: readonly Route[], publicUrl: string, secure: boolean) => {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  paths[livePath] = { ...paths[livePath], get: liveOperation(problem) };
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Rollcall',
      version: '0.1.0',
      description:
        'Self-hosted user management. Every list is `{ items, nextCursor }`; every error is a problem. ' +
        '`/api/user/…` is another name of `/v1/…`, and `me` stands for the caller wherever a user’s id stands.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or a key for programs' },
        cookie: { type: 'apiKey', in: 'cookie', name: cookieNames(secure).access },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'webhook-signature',
          description:
            'Of the request as it is, after https://www.standardwebhooks.com, with the secret that both sides know',
        },
      },
    },
  });
};

/** Answers that say all in their headers. */
const describedStatus: Readonly<Record<string, string>> = { 303: 'Go on at the Location', 304: 'Not changed' };

const operation = (route: Route): ZodOpenApiOperationObject => {
  const isPublic = needsNobody(route);
  const successes = Object.entries(route.responses).map(([status, schema]) => [
    status,
    {
      description: describedStatus[status] ?? 'Done',
      ...successHeaders(route),
      ...(status in describedStatus ? {} : { content: { [route.media ?? 'application/json']: { schema } } }),
    },
  ]);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag ?? route.service],
    description: `Callers: ${route.callers.map(describeCaller).join(', ')}.`,
    security: securityOf(route),
    requestParams: {
      ...(route.params ? { path: route.params } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...requestHeaders(route),
    },
    ...(route.body
      ? { requestBody: { required: !route.bodyOptional, content: { 'application/json': { schema: route.body } } } }
      : {}),
    ...(route.form
      ? { requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: route.form } } } }
      : {}),
    responses: { ...Object.fromEntries(successes), ...refusalsOf(route, isPublic) },
  };
};

const securityOf = (route: Route) => {
  if (isSigned(route)) return [{ signature: [] }];
  return needsNobody(route) ? [] : [{ bearer: [] }, { cookie: [] }];
};

const describeCaller = (caller: Caller): string => {
  if (typeof caller === 'string') return caller;
  if ('permission' in caller) return `holders of ${caller.permission}`;
  if ('signedBy' in caller) return `whoever signs as ${caller.signedBy}`;
  return 'judged' in caller ? caller.judged : caller.service;
};

/** Refusals by status, each naming its codes. */
const refusalsOf = (route: Route, isPublic: boolean) => {
  const codes = new Set<ProblemCode>([
    ...(route.media ? [] : ([route.invalidInput ?? 'invalid_input'] as const)),
    ...(route.body ? (['malformed_json', 'unsupported_media_type', 'payload_too_large'] as const) : []),
    ...(route.form ? (['unsupported_media_type', 'payload_too_large'] as const) : []),
    ...(route.idempotent ? (['request_in_progress', 'idempotency_key_reused'] as const) : []),
    ...(isPublic ? [] : (['unauthenticated', 'token_revoked', 'insufficient_scope'] as const)),
    ...(needsNoSecondFactor(route) ? [] : (['second_factor_required'] as const)),
    // Wherever the session's cookie comes along, whether the route needs it or not.
    ...(route.method === 'GET' ? [] : (['cross_site_request'] as const)),
    ...(isPublic ? [] : ([route.openAboutExistence ? 'forbidden' : 'not_found'] as const)),
    ...(route.refusals ?? []),
    'rate_limited',
    'unavailable',
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(problems[code].status, [...(byStatus.get(problems[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.join(', '),
        ...refusalHeaders(status),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
};
