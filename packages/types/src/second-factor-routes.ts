import { needsNobody, type Route } from './route-definition.ts';

/**
 * What somebody may do who has not proved the second factor that is wanted of them: add one, prove it, look
 * after their sessions and their password, and leave. By operation.
 */
const open: ReadonlySet<string> = new Set([
  'enrolTotp',
  'confirmTotp',
  'listTotp',
  'renameTotp',
  'removeTotp',
  'beginPasskey',
  'addPasskey',
  'listPasskeys',
  'renamePasskey',
  'removePasskey',
  'readRecoveryCodes',
  'makeRecoveryCodes',
  'reauthenticate',
  'changePassword',
  'listSessions',
  'revokeSession',
  'revokeOtherSessions',
  'signOut',
]);

export const needsNoSecondFactor = (route: Pick<Route, 'operationId' | 'callers'>): boolean =>
  needsNobody(route) || open.has(route.operationId);

/** All of them, by operation. */
export const operationsWithoutSecondFactor: readonly string[] = [...open];
