import { randomBytes, randomUUID } from 'node:crypto';
import { billingHeaders } from '@rollcall/testing/billing';
import { newcomer, signIn } from '@rollcall/testing/people';
import { apiKeyRequests } from './api-key-requests.ts';
import { byOthers, type Compose, isIn, nextPassword } from './calling.ts';
import { identityRequests } from './identity-requests.ts';
import { oauthRequests } from './oauth-requests.ts';
import { parkEvent } from './parked-event.ts';
import { passkeyRequests } from './passkey-requests.ts';
import { secondFactorRequests } from './second-factor-requests.ts';
import { sharedPermission } from './shared-permission.ts';
import { structureRequests } from './structure-requests.ts';
import { found } from './structure-world.ts';

const fresh = () => `journeys.${randomBytes(6).toString('hex')}`;
const secret = 'A'.repeat(32);
const nothing: Compose = () => ({});
const account = () => {
  const { email, username, password } = newcomer();
  return { email, username, password };
};
const aboutSubject: Compose = ({ subject }) => ({ params: { userId: subject.id } });
const freshPermission = () => ({ body: { name: fresh(), description: 'Made by a journey.' } });
const aPermission: Compose = () => ({ params: { name: sharedPermission } });

const sessionIdIn = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;

/** Somebody who is signed in, so that a call that ends sessions and should not have been carried out shows. */
const onSignedIn: Compose = async ({ cast, subject }) => {
  await signIn(cast.api, subject);
  return { params: { userId: subject.id } };
};

const freshGroup = () => ({ name: fresh(), description: 'Made by a journey.', kind: 'system' });
const aGroup: Compose = async ({ cast }) => {
  const { id } = await cast.asAdmin('POST', '/v1/groups', freshGroup());
  return { params: { groupId: id } };
};
const aGroupsPermission: Compose = async (calling) => {
  const { params } = await aGroup(calling);
  return { params: { ...params, name: sharedPermission } };
};

/** Input that is valid for operations about an organization, each in one of its own. */
const structural: Readonly<Record<string, Compose>> = Object.fromEntries(
  Object.entries(structureRequests)
    .filter(([operation]) => !operation.includes(' '))
    .map(([operation, compose]): [string, Compose] => [
      operation,
      async ({ cast, caller }) => compose({ cast, world: await found(cast), caller }),
    ]),
);

/** Input that is valid for each operation of the table; with " when …" for the lines about a special one. */
export const callerRequests: Readonly<Record<string, Compose>> = {
  ...structural,
  signUp: () => ({ body: account() }),
  verifyRegistration: async ({ cast }) => {
    const body = account();
    const token = await cast.mailedToken(body.email, 'verify', () => cast.api('POST', '/v1/registrations', { body }));
    return { body: { token } };
  },
  resendVerification: ({ subject }) => ({ body: { email: subject.email } }),
  checkAvailability: () => ({ query: `username=${newcomer().username}` }),
  createUser: () => ({ body: account() }),
  'createUser when verified': () => ({ body: { ...account(), verified: true } }),

  signIn: ({ subject }) => ({ body: { identifier: subject.email, password: subject.password } }),
  refreshSession: async ({ cast, subject }) => ({
    body: { refreshToken: (await signIn(cast.api, subject)).refreshToken },
  }),
  listSessions: nothing,
  signOut: async (calling) => {
    const { cast, caller } = calling;
    return caller && isIn(calling) ? { token: (await signIn(cast.api, caller)).token } : {};
  },
  revokeSession: async (calling) => {
    const { cast, caller, subject } = calling;
    const owner = caller && isIn(calling) ? caller : subject;
    return { params: { sessionId: sessionIdIn((await signIn(cast.api, owner)).token) } };
  },
  "revokeSession when another's": async ({ cast, subject }) => ({
    params: { sessionId: sessionIdIn((await signIn(cast.api, subject)).token) },
  }),
  revokeOtherSessions: nothing,
  listUserSessions: aboutSubject,
  revokeUserSessions: onSignedIn,
  // Somebody who holds nothing: nobody looks at an account that holds more than they do.
  impersonateUser: async ({ cast }) => ({
    params: { userId: (await cast.named('looked-at')).id },
    body: { reason: 'A journey asked for help.' },
  }),
  ...secondFactorRequests,
  ...oauthRequests,
  ...apiKeyRequests,
  ...passkeyRequests,
  askForMagicLink: ({ subject }) => ({ body: { email: subject.email } }),
  signInByMail: async ({ cast }) => {
    const { email } = await cast.somebody();
    const ask = () => cast.api('POST', '/v1/magic-links', { body: { email } });
    return { body: { token: await cast.mailedToken(email, 'magic-link', ask) } };
  },
  ...identityRequests,
  forgotPassword: ({ subject }) => ({ body: { email: subject.email } }),
  resetPassword: async ({ cast }) => {
    // Somebody new each time: a mail that was asked for before would void the next one.
    const { email } = await cast.somebody();
    const ask = () => cast.api('POST', '/v1/password/forgot', { body: { email } });
    return { body: { token: await cast.mailedToken(email, 'reset-password', ask), password: nextPassword() } };
  },
  secureAccount: async ({ cast }) => {
    const { email, token, password } = await cast.somebody();
    const change = () =>
      cast.api('PUT', '/v1/password', { token, body: { current: password, password: nextPassword() } });
    return { body: { token: await cast.mailedToken(email, 'security-actions', change) } };
  },
  changePassword: byOthers(
    async ({ cast }) => {
      // Nobody takes one again that was theirs.
      const { token, password } = await cast.somebody();
      return { token, body: { current: password, password: nextPassword() } };
    },
    { body: { current: 'any', password: nextPassword() } },
  ),
  readKeySet: nothing,
  readServerMetadata: nothing,
  readOpenIdConfiguration: nothing,
  rotateSigningKey: nothing,
  authenticateUser: ({ subject }) => ({ body: { username: subject.username, password: subject.password } }),

  showVerificationPage: () => ({ query: `token=${secret}` }),
  showResetPage: () => ({ query: `token=${secret}` }),
  showSignInPage: nothing,
  showSignUpPage: nothing,
  showForgotPasswordPage: nothing,
  showMagicLinkPage: () => ({ query: `token=${secret}` }),
  showSecurityActionPage: () => ({ query: `token=${secret}` }),
  showConsentPage: nothing,
  showAccountSecurityPage: nothing,
  readAsset: () => ({ params: { file: 'style.css' } }),

  readUser: aboutSubject,
  updateUser: ({ subject, kind }) => ({ params: { userId: subject.id }, body: { description: `changed by ${kind}` } }),
  'updateUser when externalIds': ({ subject }) => ({
    params: { userId: subject.id },
    body: { externalIds: { journeys: randomUUID() } },
  }),
  listGenders: nothing,
  readUserServiceUser: aboutSubject,
  'readUserServiceUser when permission': ({ subject }) => ({
    params: { userId: subject.id },
    query: `permission=${sharedPermission}`,
  }),

  listGroups: nothing,
  createGroup: () => ({ body: freshGroup() }),
  describeGroup: async (calling) => ({
    ...(await aGroup(calling)),
    body: { description: `Described by ${calling.kind}.` },
  }),
  deleteGroup: aGroup,
  grantGroupPermission: aGroupsPermission,
  revokeGroupPermission: aGroupsPermission,

  listPlans: nothing,
  setOrganizationPlan: async ({ cast }) => {
    const { id } = await cast.asAdmin('POST', '/v1/organizations', { name: 'Planned' });
    return { params: { organizationId: id }, body: { plan: 'unlimited' } };
  },
  receiveBillingEvent: async ({ cast }) => {
    const { id: organizationId } = await cast.asAdmin('POST', '/v1/organizations', { name: 'Subscribed' });
    const occurredAt = new Date().toISOString();
    const body = { type: 'subscription.changed', organizationId, plan: 'unlimited', occurredAt };
    return { body, headers: billingHeaders(JSON.stringify(body)) };
  },
  verifyAccess: nothing,
  createOrganization: () => ({ body: { name: 'Acme' } }),
  listOrganizations: nothing,
  listTeams: nothing,
  listProjects: nothing,
  listAccessEvents: nothing,
  listDeletedItems: nothing,

  listPermissions: nothing,
  createPermission: freshPermission,
  readPermission: aPermission,
  describePermission: ({ kind }) => ({
    params: { name: sharedPermission },
    body: { description: `Described by ${kind}.` },
  }),
  deletePermission: async ({ cast }) => {
    const { body } = freshPermission();
    await cast.asAdmin('POST', '/v1/permissions', body);
    return { params: { name: body.name } };
  },
  listUserServicePermissions: nothing,
  createUserServicePermission: freshPermission,

  listActivity: nothing,
  deactivateUser: async (calling) => {
    const { cast, kind } = calling;
    if (kind !== 'self' && kind !== 'holder' && kind !== 'admin') return onSignedIn(calling);
    const { id, token } = await cast.somebody();
    return { params: { userId: id }, ...(kind === 'self' ? { token } : {}) };
  },
  reactivateUser: async ({ cast, kind, subject }) => {
    if (kind !== 'holder' && kind !== 'admin') return { params: { userId: subject.id } };
    const { id } = await cast.somebody();
    await cast.asAdmin('POST', `/v1/users/${id}/deactivate`);
    return { params: { userId: id } };
  },

  showReference: nothing,
  showProblems: nothing,
  listDeadLetters: nothing,
  retryDeadLetter: async ({ cast }) => ({ params: { id: await parkEvent(cast.postgres) } }),

  livez: nothing,
  readyz: nothing,
  readOpenApi: nothing,
};
