import { expect, it } from 'vitest';
import * as routes from './oauth-protocol.ts';

const { exchangeGrant, introspectToken, pushAuthorization, readUserinfoByPost, revokeToken } = routes;

it.each([exchangeGrant, introspectToken, pushAuthorization, readUserinfoByPost, revokeToken])(
  'what the server of an application asks for all its people is not counted with sign-ins: $operationId',
  ({ rate }) => {
    expect(rate).toBe('write');
  },
);

it.each([routes.enterUserCode, routes.authorizeDevice, routes.registerClient])(
  'what can be guessed, or makes something for anybody, is: $operationId',
  ({ rate }) => {
    expect(rate).toBe('sign_in');
  },
);
