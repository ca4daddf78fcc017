import { describe, expect, it } from 'vitest';
import { publicRoutes } from './route-table.ts';
import { needsNoSecondFactor, operationsWithoutSecondFactor } from './second-factor-routes.ts';

describe('what may be done before a second factor is proved', () => {
  it('is of routes that there are, of auth alone, and about oneself', () => {
    for (const operation of operationsWithoutSecondFactor) {
      const route = publicRoutes.find(({ operationId }) => operationId === operation);
      expect([operation, route?.service, route?.callers]).toEqual([operation, 'auth', ['user']]);
    }
  });

  it('is neither to read anything of others nor to make other ways in', () => {
    for (const operation of ['readUser', 'createApiKey', 'linkFirebase', 'decideInteraction', 'listActivity']) {
      const route = publicRoutes.find(({ operationId }) => operationId === operation);
      expect([operation, route && needsNoSecondFactor(route)]).toEqual([operation, false]);
    }
  });
});
