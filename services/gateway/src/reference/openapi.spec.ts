import { publicRoutes } from '@rollcall/types/route-table';
import { describe, expect, it } from 'vitest';
import { createOpenApi } from './openapi.ts';

const document = createOpenApi(publicRoutes, 'https://id.example.com', true);

describe('the OpenAPI document', () => {
  it('is of version 3.1 and names the configured address', () => {
    expect(document.openapi).toBe('3.1.1');
    expect(document.servers).toEqual([{ url: 'https://id.example.com' }]);
  });

  it('has every public route, and no internal one', () => {
    const documented = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
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
});
