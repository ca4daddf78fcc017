import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from '@rollcall/testing/api-client';
import { firebaseToken } from '@rollcall/testing/identity-providers';
import { type Newcomer, newcomer, signIn } from '@rollcall/testing/people';
import { keyOf } from './api-key-requests.ts';
import { nextPassword } from './calling.ts';
import type { Cast } from './cast.ts';
import { beginInCookies } from './cookie-session.ts';
import {
  accessRows,
  type DoorRows,
  identityRows,
  passwordRows,
  personalKeyRows,
  refreshRows,
  resetLinkRows,
  signInLinkRows,
  verificationLinkRows,
} from './door-rows.ts';
import { LiveClient } from './live-client.ts';

/** Something that opens a door, in somebody's hand. */
export interface Credential {
  /** Presents it: `open`, or what it is refused with. */
  readonly present: () => Promise<string>;
  /** Ends the session that it belongs to. */
  readonly signOut?: () => Promise<unknown>;
}

/** One way to become or to stay signed in. */
export interface Door {
  /** Operations of the route table that it is. */
  readonly operations: readonly string[];
  /** It follows the news of ended sessions, which take up to a second. */
  readonly followsNews?: boolean;
  readonly rows: DoorRows;
  /** Gets hold of what opens it, while all is well with the person. */
  readonly obtain: (cast: Cast, gateway: string, person: Newcomer) => Promise<Credential>;
}

const said = ({ status, body }: ApiAnswer): string => (status < 300 ? 'open' : String(body.code));

const asking =
  ({ api }: Cast, method: string, path: string, request: ApiRequest = {}) =>
  async (): Promise<string> =>
    said(await api(method, path, request));

const signingOut =
  ({ api }: Cast, request: ApiRequest) =>
  () =>
    api('DELETE', '/v1/sessions/current', request);

const byPassword = (operation: string, path: string, bodyOf: (person: Newcomer) => unknown): Door => ({
  operations: [operation],
  rows: passwordRows,
  obtain: async (cast, _, person) => ({ present: asking(cast, 'POST', path, { body: bodyOf(person) }) }),
});

/** Whatever takes an access token, with one of a new session. */
const byAccessToken = (
  answer: 'token_revoked' | 'refused with 401',
  present: (cast: Cast, gateway: string, token: string, person: Newcomer) => () => Promise<string>,
  operations: readonly string[] = [],
): Door => ({
  operations,
  followsNews: true,
  rows: accessRows(answer),
  obtain: async (cast, gateway, person) => {
    const { token } = await signIn(cast.api, person);
    return { present: present(cast, gateway, token, person), signOut: signingOut(cast, { token }) };
  },
});

const connecting = (gateway: string, how: Parameters<typeof LiveClient.open>[1]) => async (): Promise<string> => {
  try {
    (await LiveClient.open(gateway, how)).close();
    return 'open';
  } catch (error) {
    return error instanceof Error ? error.message : 'broken';
  }
};

const inCookies = (
  rows: DoorRows,
  present: (cast: Cast, gateway: string, headers: { cookie: string; origin: string }) => () => Promise<string>,
  more: Partial<Door> = {},
): Door => ({
  operations: [],
  ...more,
  rows,
  obtain: async (cast, gateway, person) => {
    const headers = await beginInCookies(cast.api, person);
    return { present: present(cast, gateway, headers), signOut: signingOut(cast, { headers }) };
  },
});

/**
 * Every way to become or to stay signed in that there is. A route that hands out or takes what opens doors has its place
 * here, or in {@link noDoors}; what is not built (API keys, SCIM) gets it with its routes.
 */
export const doors: Readonly<Record<string, Door>> = {
  'password and address': byPassword('signIn', '/v1/sessions', ({ email, password }) => ({
    identifier: email,
    password,
  })),
  'password and username, for cookies': byPassword('signIn', '/v1/sessions?cookies=true', ({ username, password }) => ({
    identifier: username,
    password,
  })),
  'password, UserService': byPassword('authenticateUser', '/users/authenticate', ({ username, password }) => ({
    username,
    password,
  })),
  'account with an identity provider': {
    operations: ['signInWithFirebase'],
    rows: identityRows,
    obtain: async (cast, _, person) => {
      const { token } = await signIn(cast.api, person);
      const body = { idToken: await firebaseToken(randomUUID(), person.email) };
      const linked = await cast.api('POST', '/v1/identities/firebase/link', { token, body });
      if (linked.status !== 201) throw new Error(`nothing was linked: ${linked.status}`);
      return {
        present: asking(cast, 'POST', '/v1/identities/firebase', { body }),
        signOut: signingOut(cast, { token }),
      };
    },
  },
  'refresh token': {
    operations: ['refreshSession'],
    rows: refreshRows,
    obtain: async (cast, _, person) => {
      const { token, refreshToken } = await signIn(cast.api, person);
      return {
        present: asking(cast, 'POST', '/v1/sessions/refresh', { body: { refreshToken } }),
        signOut: signingOut(cast, { token }),
      };
    },
  },
  'refresh token in a cookie': inCookies(
    refreshRows,
    (cast, _, { cookie, origin }) => {
      const alone = cookie.split('; ').filter((one) => one.includes('refresh'));
      return asking(cast, 'POST', '/v1/sessions/refresh', { headers: { cookie: alone.join('; '), origin } });
    },
    { operations: ['refreshSession'] },
  ),
  'bearer token': byAccessToken('token_revoked', (cast, _, token) => asking(cast, 'GET', '/v1/users/me', { token })),
  'cookie, reading': inCookies(
    accessRows('token_revoked'),
    (cast, _, { cookie }) => asking(cast, 'GET', '/v1/users/me', { headers: { cookie } }),
    { followsNews: true },
  ),
  'cookie, writing': inCookies(
    accessRows('token_revoked'),
    (cast, _, headers) => asking(cast, 'PATCH', '/v1/users/me', { headers, body: { firstName: 'Ada' } }),
    { followsNews: true },
  ),
  'token of the UserService': {
    operations: ['authenticateUser'],
    followsNews: true,
    rows: accessRows('token_revoked'),
    obtain: async (cast, _, { username, password }) => {
      const { token } = (await cast.api('POST', '/users/authenticate', { body: { username, password } })).body;
      return { present: asking(cast, 'GET', '/v1/users/me', { token }), signOut: signingOut(cast, { token }) };
    },
  },
  'personal access token': {
    operations: ['createApiKey'],
    followsNews: true,
    rows: personalKeyRows,
    obtain: async (cast, _, person) => {
      const { token } = await signIn(cast.api, person);
      const { key } = await keyOf(cast, token, ['account.read']);
      return {
        present: asking(cast, 'GET', '/v1/users/me', { token: key }),
        signOut: signingOut(cast, { token }),
      };
    },
  },
  'WebSocket with a token': byAccessToken('refused with 401', (_, gateway, token) =>
    connecting(gateway, { protocols: ['rollcall.v1', `bearer.${token}`] }),
  ),
  'WebSocket with a cookie': inCookies(
    accessRows('refused with 401'),
    (_, gateway, headers) => connecting(gateway, { protocols: ['rollcall.v1'], headers }),
    { followsNews: true },
  ),
  'mailed link of a reset': {
    operations: ['resetPassword'],
    rows: resetLinkRows,
    obtain: async (cast, _, { email }) => {
      const token = await cast.mailedToken(email, 'reset-password', () =>
        cast.api('POST', '/v1/password/forgot', { body: { email } }),
      );
      return { present: asking(cast, 'POST', '/v1/password/reset', { body: { token, password: nextPassword() } }) };
    },
  },
  'mailed link to sign in': {
    operations: ['signInByMail'],
    rows: signInLinkRows,
    obtain: async (cast, _, { email }) => {
      const token = await cast.mailedToken(email, 'magic-link', () =>
        cast.api('POST', '/v1/magic-links', { body: { email } }),
      );
      return { present: asking(cast, 'POST', '/v1/sessions/magic-link', { body: { token } }) };
    },
  },
  'changing the password': byAccessToken(
    'token_revoked',
    (cast, _, token, { password }) =>
      asking(cast, 'PUT', '/v1/password', { token, body: { current: password, password: nextPassword() } }),
    ['changePassword'],
  ),
  'proving the password again': {
    ...byAccessToken(
      'token_revoked',
      (cast, _, token, { password }) =>
        asking(cast, 'POST', '/v1/sessions/reauthenticate', { token, body: { password } }),
      ['reauthenticate'],
    ),
    // Another session has taken the place of the one that it belonged to.
    rows: { ...accessRows('token_revoked'), used: 'token_revoked' },
  },
  'mailed link of a sign-up': {
    operations: ['verifyRegistration'],
    rows: verificationLinkRows,
    obtain: async (cast) => {
      const { email, username, password } = newcomer('unverified');
      const body = { email, username, password };
      const token = await cast.mailedToken(email, 'verify', () => cast.api('POST', '/v1/registrations', { body }));
      return { present: asking(cast, 'POST', '/v1/registrations/verify', { body: { token } }) };
    },
  },
};

/** Doors whose states are tried at their service: a provider, and whoever has a second factor, is not at hand here. */
export const doorsTriedElsewhere: Readonly<Record<string, string>> = {
  completeSignIn: 'services/auth/src/sessions/pending-sign-in.spec.ts',
  exchangeGrant: 'services/auth/src/oauth/forbidden-states.spec.ts',
  readUserinfo: 'services/auth/src/oauth/forbidden-states.spec.ts',
  readUserinfoByPost: 'services/auth/src/oauth/forbidden-states.spec.ts, by the same handler',
  introspectToken: 'services/auth/src/oauth/forbidden-states.spec.ts',
  decideInteraction: 'services/auth/src/http/oauth-interactions.spec.ts',
  signInWithPasskey: 'services/auth/src/http/passkeys.spec.ts',
  completeIdentity: 'services/auth/src/identities/forbidden-states.spec.ts',
  impersonateUser: 'services/auth/src/http/impersonate-user.spec.ts',
};

const mailsALink = 'mails a link, whose own door is above, and shows nobody whether it did';
const showsAPage = 'shows a page with a button; the link works when it is pressed';

const showsAForm = 'shows a form; what it does is done when it is sent';
const sendsAlong = 'sends a browser along; who is signed in is asked anew where the code is redeemed';
const handsASecret = 'hands an administrator what an application proves itself with, and no person';

/** Routes that look like doors, and why they are none. */
export const noDoors: Readonly<Record<string, string>> = {
  askForPasskey: 'hands out a challenge that opens nothing without a passkey',
  beginIdentity: 'sends a browser to a provider, and marks it; the door is where it comes back',
  linkFirebase: 'needs a session, and makes none',
  enrolTotp: 'hands its owner a secret that opens nothing without the password',
  signUp: 'makes an account that opens no door until its address is confirmed: the state "unverified"',
  createUser: 'as signUp; to vouch for an address takes a permission',
  resendVerification: mailsALink,
  forgotPassword: mailsALink,
  secureAccount: 'shuts every door there is, and mails a link as forgotPassword does',
  askForMagicLink: mailsALink,
  showVerificationPage: showsAPage,
  showResetPage: showsAPage,
  showMagicLinkPage: showsAPage,
  showSecurityActionPage: showsAPage,
  signOut: 'closes',
  authorize: sendsAlong,
  resumeAuthorization: sendsAlong,
  readInteraction: 'tells what an application asks for, to the browser that it sent here',
  pushAuthorization: 'keeps the beginning of an authorization, which is a door when somebody decides it',
  authorizeDevice: 'hands out a code that opens nothing until a person has let the device in',
  showDevicePage: showsAForm,
  enterUserCode: sendsAlong,
  resumeDevice: sendsAlong,
  revokeToken: 'closes',
  endOAuthSession: showsAForm,
  confirmOAuthLogout: 'closes',
  showSignedOut: 'shows a page',
  createClient: handsASecret,
  registerClient: 'hands an application what it proves itself with, and no person',
  readRegistration: 'tells an application what it is registered as',
  replaceRegistration: 'changes an application, and lets nobody in',
  removeRegistration: 'closes',
  rotateClientSecret: handsASecret,
  addOrganizationProvider:
    'says by whom people of an organization are let in; the door is where they come back from there',
  updateOrganizationProvider: 'as addOrganizationProvider',
  createServiceAccountKey:
    'hands a key of an account that is no person and has no state but removed: service-accounts.spec.ts',
};
