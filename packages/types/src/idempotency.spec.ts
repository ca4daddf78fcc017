import { describe, expect, it } from 'vitest';
import { publicRoutes } from './route-table.ts';

/**
 * Why a write takes no `Idempotency-Key`. PUT and DELETE are idempotent by what they are (RFC 9110 section 9.2.2), yet
 * whoever repeats a DELETE is told that there is nothing: access answers what it answered first.
 */
const reasons: Readonly<Record<string, string>> = {
  signIn: 'the answer holds tokens, which are not stored',
  authenticateUser: 'the answer holds a token, which is not stored',
  refreshSession: 'the answer holds tokens, which are not stored',
  completeSignIn: 'the answer holds tokens, which are not stored',
  reauthenticate: 'the answer holds tokens, which are not stored',
  impersonateUser: 'the answer holds a token, which is not stored',
  enrolTotp: 'the answer holds a secret, which is not stored; one that is not confirmed is forgotten',
  confirmTotp: 'a factor is confirmed once, and the answer may hold recovery codes, which are not stored',
  beginPasskey: 'the answer holds a challenge that is good once, and changes nothing else',
  addPasskey: 'a challenge is answered once, and the answer may hold recovery codes, which are not stored',
  renamePasskey: 'repeating it changes nothing and answers the same',
  askForPasskey: 'the answer holds a challenge that is good once, and changes nothing else',
  signInWithPasskey: 'a challenge is answered once, and the answer holds tokens, which are not stored',
  renameTotp: 'repeating it changes nothing and answers the same',
  makeRecoveryCodes: 'the answer holds codes, which are not stored; those of the last answer count',
  beginIdentity: 'begun twice, each is good for one sign-in, and nothing else is kept',
  completeIdentityByForm: 'changes nothing: it sends the browser on',
  signInWithFirebase: 'the answer holds tokens, which are not stored',
  linkFirebase: 'repeating it changes nothing and answers the same',
  claimOrganizationDomain: 'repeating it changes nothing and answers the same',
  verifyOrganizationDomain: 'repeating it changes nothing and answers the same',
  updateOrganizationProvider: 'repeating it changes nothing and answers the same',
  introspectAnyToken: 'a question, which changes nothing',
  revokeAnyToken: 'repeating it changes nothing and answers the same',
  createClient: 'the answer holds a secret, which is not stored',
  updateClient: 'repeating it changes nothing and answers the same',
  rotateClientSecret: 'the answer holds a secret, which is not stored; that of the last answer counts',
  createApiKey: 'the answer holds a key, which is not stored',
  createServiceAccountKey: 'the answer holds a key, which is not stored',
  updateServiceAccount: 'repeating it changes nothing and answers the same',
  decideInteraction: 'repeating it changes nothing and answers the same, as long as the browser has not gone on',
  verifyRegistration: 'its token is good for one use',
  resetPassword: 'its token is good for one use',
  secureAccount: 'its token is good for one use',
  resendVerification: 'asking again is what it is for',
  askForMagicLink: 'asking again is what it is for',
  signInByMail: 'its token is good for one use',
  forgotPassword: 'asking again is what it is for',
  deactivateUser: 'repeating it changes nothing and answers the same',
  reactivateUser: 'repeating it changes nothing and answers the same',
  checkAccess: 'a question, which changes nothing',
  checkAccessBatch: 'a question, which changes nothing',
  listAccessObjects: 'a question, which changes nothing',
  listAccessUsers: 'a question, which changes nothing',
  expandAccess: 'a question, which changes nothing',
  explainAccess: 'a question, which changes nothing',
  whyAccessChanged: 'a question, which changes nothing',
  previewAccess: 'a question, which changes nothing',
  receiveBillingEvent: 'its webhook-id is its key, and the log knows what came with it for good',
  retryDeadLetter: 'an event that was applied is not parked any more, and the answer says so',
};

describe('a public write', () => {
  it('takes an Idempotency-Key as a POST or PATCH, or has a written reason not to', () => {
    const without = publicRoutes.filter(
      ({ method, idempotent }) => (method === 'POST' || method === 'PATCH') && !idempotent,
    );
    expect(without.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(reasons).sort());
  });

  it('takes one as a PUT or DELETE of access, too', () => {
    const writes = publicRoutes.filter(
      ({ service, method }) => service === 'role-permission' && (method === 'PUT' || method === 'DELETE'),
    );
    expect(writes.length).toBeGreaterThan(20);
    expect(writes.filter(({ idempotent }) => !idempotent)).toEqual([]);
  });
});
