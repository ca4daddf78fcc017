import { accessCommands } from '@rollcall/types/access-commands';
import { clientMessage, liveEndings, liveMessages, serverMessage } from '@rollcall/types/live-protocol';
import type { Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import { describe, expect, it } from 'vitest';
import { createOpenApi } from './openapi.ts';

const document = createOpenApi(publicRoutes, 'https://id.example.com', true);

/** What the document says of a route, as text to look into. */
const operationOf = ({ path, method }: Route) => {
  const item = document.paths?.[path.replace(/:(\w+)/g, '{$1}')];
  const operation = Object.entries(item ?? {}).find(([name]) => name === method.toLowerCase())?.[1];
  const text = (value: unknown): string => JSON.stringify(value) ?? '';
  return {
    parameters: text(operation?.parameters),
    forbidden: text(operation?.responses?.['403']),
    conflict: text(operation?.responses?.['409']),
    unprocessable: text(operation?.responses?.['422']),
  };
};

describe('the OpenAPI document', () => {
  it('is of version 3.1 and names the configured address', () => {
    expect(document.openapi).toBe('3.1.1');
    expect(document.servers).toEqual([{ url: 'https://id.example.com' }]);
  });

  it('has every public route, and no internal one', () => {
    const { '/v1/live': live, ...paths } = document.paths ?? {};
    expect(live).toBeDefined();
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.sort()).toEqual(publicRoutes.map((route) => `${route.method} ${route.path}`).sort());
    expect(documented.join()).not.toContain('/internal/');
  });

  it('gives every operation a name of its own', () => {
    const names = publicRoutes.map((route) => route.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says what a sign-up takes', () => {
    const body = JSON.stringify(document.paths?.['/v1/registrations']?.post?.requestBody);
    for (const field of ['email', 'username', 'password']) expect(body).toContain(`"${field}"`);
  });

  it('says of every command of a batch what it holds', () => {
    const body = Object(document.paths?.['/v1/access/commands']?.post?.requestBody);
    const { oneOf } = body.content['application/json'].schema.properties.commands.items;
    const told = [oneOf].flat().map(({ properties: { type, ...fields } }) => [type.const, Object.keys(fields).sort()]);
    const wanted = Object.entries(accessCommands).map(([name, { shape }]) => [name, Object.keys(shape).sort()]);
    expect(told).toEqual(wanted);
  });

  it('says that /api/user/* is another name of /v1/*', () => {
    expect(document.info.description).toContain('/api/user/');
  });

  it('has the live connection as a GET that changes the protocol', () => {
    const live = document.paths?.['/v1/live']?.get;
    expect(Object.keys(live?.responses ?? {})).toEqual(expect.arrayContaining(['101', '401', '403', '429', '503']));
    expect(JSON.stringify(live?.parameters)).toContain('"Sec-WebSocket-Protocol"');
    for (const { code } of Object.values(liveEndings)) expect(live?.description).toContain(`\`${code}\``);
    for (const { text } of [clientMessage, serverMessage].flatMap(liveMessages)) {
      expect(live?.description).toContain(`\`${text}\``);
    }
  });

  it('says of every route that takes an Idempotency-Key how a key can be refused, and of no other', () => {
    for (const route of publicRoutes) {
      const { parameters, conflict, unprocessable } = operationOf(route);
      const said = [parameters.includes('"Idempotency-Key"'), conflict.includes('request_in_progress')];
      said.push(unprocessable.includes('idempotency_key_reused'));
      expect([route.operationId, ...said]).toEqual([route.operationId, ...Array(3).fill(route.idempotent === true)]);
    }
  });

  it('says of every route that changes something that a cookie must come from a page of ours', () => {
    for (const route of publicRoutes) {
      const { forbidden } = operationOf(route);
      expect([route.operationId, forbidden.includes('cross_site_request')]).toEqual([
        route.operationId,
        route.method !== 'GET',
      ]);
    }
  });

  it('has If-Match where a change can be refused with precondition_failed', () => {
    const parameters = JSON.stringify(document.paths?.['/v1/users/{userId}']?.patch?.parameters);
    expect(parameters).toContain('"If-Match"');
    expect(JSON.stringify(document.paths?.['/v1/users/{userId}']?.get?.parameters)).not.toContain('"If-Match"');
  });

  it('has If-None-Match where the answer can be that nothing has changed, which has no body', () => {
    const operation = document.paths?.['/v1/users/{userId}']?.get;
    expect(JSON.stringify(operation?.parameters)).toContain('"If-None-Match"');
    expect(operation?.responses?.['304']).not.toHaveProperty('content');
    expect(JSON.stringify(document.paths?.['/v1/genders']?.get)).not.toContain('"If-None-Match"');
  });

  it.each([
    ['/v1/users/{userId}', 'get', '200', 'ETag'],
    ['/users/{userId}', 'get', '200', 'ETag'],
    ['/v1/users/{userId}', 'patch', '200', 'ETag'],
    ['/v1/permissions', 'post', '201', 'Rollcall-Revision'],
    ['/v1/users/{userId}/permissions/{name}', 'put', '200', 'Rollcall-Revision'],
    ['/v1/sessions', 'post', '201', 'Set-Cookie'],
    ['/v1/sessions', 'post', '429', 'Retry-After'],
    ['/v1/genders', 'get', '503', 'Retry-After'],
  ] as const)('says that the answer of %s %s with %s carries %s', (path, method, status, header) => {
    const answer = document.paths?.[path]?.[method]?.responses?.[status];
    expect(JSON.stringify(answer)).toContain(`"headers":{"${header}":`);
  });
});
