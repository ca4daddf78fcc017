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

/** Where anybody may come, and whoever may do more does more: by that they are judged as everywhere else. */
const moreForSome: ReadonlySet<string> = new Set(['createUser', 'registerClient']);

export const needsNoSecondFactor = (route: Pick<Route, 'operationId' | 'callers'>): boolean =>
  open.has(route.operationId) || (needsNobody(route) && !moreForSome.has(route.operationId));

/** All of them, by operation. */
export const operationsWithoutSecondFactor: readonly string[] = [...open];
