import { describe, expect, it } from 'vitest';
import { needsNobody } from './route-definition.ts';
import { scopedOperations, scopesOf } from './route-scopes.ts';
import { routedRoutes } from './route-table.ts';
import { accessScopes } from './scopes.ts';

const signedIn = routedRoutes.filter((route) => !needsNobody(route));

/** Whoever signs in says so themselves, and so do those who say how one signs in. */
const notForKeys = ['auth', 'gateway', 'console'];
/** What other APIs ask with keys of their own about what was presented to them. */
const aboutTokens = ['introspectAnyToken', 'revokeAnyToken'];

describe('scopes of routes', () => {
  it('name routes that there are', () => {
    const known = new Set(routedRoutes.map(({ operationId }) => operationId));
    expect([...scopedOperations].filter((operationId) => !known.has(operationId))).toEqual([]);
  });

  it('open every route for signed-in people but those of the services that keep keys, and none of those', () => {
    for (const route of signedIn) {
      expect([route.operationId, scopesOf(route).length > 0]).toEqual([
        route.operationId,
        !notForKeys.includes(route.service) || aboutTokens.includes(route.operationId),
      ]);
    }
  });

  it('are declared, and a read is never opened by the right to write, nor a write by that to read', () => {
    for (const route of routedRoutes) {
      for (const scope of scopesOf(route)) {
        expect(accessScopes).toContain(scope);
        const isQuestion = route.method === 'GET' || (route.service === 'role-permission' && route.rate === 'read');
        expect([route.operationId, scope.endsWith('.read')]).toEqual([route.operationId, isQuestion]);
      }
    }
  });
});
