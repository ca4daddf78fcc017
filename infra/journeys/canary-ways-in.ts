import type { ApiAnswer } from '@rollcall/testing/api-client';
import { firebaseToken } from '@rollcall/testing/identity-providers';
import { generate } from 'otplib';
import type { CanaryStack } from './canary-stack.ts';
import { beginFor, callback, OAuthBrowser, postForm } from './oauth-browser.ts';

type Api = ReturnType<CanaryStack['clientOf']>;

/** Whoever has an account, and those who write down what they are told. */
export interface Desk {
  readonly person: {
    readonly name: string;
    readonly email: string;
    readonly username: string;
    readonly password: string;
  };
  readonly token: string;
  readonly api: Api;
  readonly asAdmin: (method: string, path: string, body?: object) => Promise<ApiAnswer>;
  /** What opens a session: in the body, or in cookies. */
  readonly holdTokens: (answer: ApiAnswer) => void;
  /** The secret of the newest mail about it. */
  readonly mailedToken: (subject: RegExp) => Promise<string>;
  readonly expectStatus: (answer: ApiAnswer, status: number) => void;
}

/** Every way in that somebody may have beside a password, used once rightly and once wrongly, and given up again. */
export const useEveryWayIn = async (canaryStack: CanaryStack, desk: Desk): Promise<void> => {
  await useSecondFactor(canaryStack, desk);
  await useMagicLink(canaryStack, desk);
  await useKey(canaryStack, desk);
  await useProvider(canaryStack, desk);
  await useApplication(canaryStack, desk);
  await beLookedAt(canaryStack, desk);
};

const useSecondFactor = async ({ canaries, fresh }: CanaryStack, desk: Desk): Promise<void> => {
  const { api, token, person, expectStatus, holdTokens } = desk;
  const begun = await api('POST', '/v1/mfa/totp', { token, body: { name: fresh('personal', 'the name of a factor') } });
  expectStatus(begun, 201);
  const secret = canaries.add('secret', 'the secret of an authenticator app', begun.body.secret);
  const confirm = (code: string) => api('POST', `/v1/mfa/totp/${begun.body.id}/confirm`, { token, body: { code } });
  expectStatus(await confirm('000000'), 401);
  const confirmed = await confirm(await generate({ secret }));
  expectStatus(confirmed, 200);
  const recoveryCodes: readonly string[] = confirmed.body.recoveryCodes;
  for (const code of recoveryCodes) canaries.add('secret', 'a recovery code', code);
  await desk.mailedToken(/factor was added/);

  const body = { identifier: person.username, password: person.password };
  const asked = await api('POST', '/v1/sessions', { body });
  expectStatus(asked, 200);
  const mfaToken = canaries.add('secret', 'the token of half a sign-in', asked.body.mfaToken);
  const complete = (code: string) =>
    api('POST', '/v1/sessions/mfa', { body: { mfaToken, method: 'recovery_code', code } });
  expectStatus(await complete(fresh('secret', 'a wrong recovery code')), 401);
  const completed = await complete(recoveryCodes[0] ?? '');
  expectStatus(completed, 201);
  holdTokens(completed);
  const strong: string = completed.body.accessToken;
  const options = await api('POST', '/v1/passkeys/registration-options', { token: strong });
  expectStatus(options, 200);
  canaries.add('secret', 'the challenge for a passkey', options.body.options.challenge);
  expectStatus(await api('DELETE', `/v1/mfa/totp/${begun.body.id}`, { token: strong }), 200);
};

const useMagicLink = async ({ canaries, fresh }: CanaryStack, desk: Desk): Promise<void> => {
  const { api, person, expectStatus, holdTokens } = desk;
  const requested = await api('POST', '/v1/magic-links', { body: { email: person.email } });
  expectStatus(requested, 202);
  const requestToken = canaries.add('secret', 'the token of a wish for a mail', requested.body.requestToken);
  const wrong = { requestToken, code: '000000' };
  expectStatus(await api('POST', '/v1/sessions/magic-link', { body: wrong }), 400);
  const mailed = await desk.mailedToken(/^Sign in/);
  const used = await api('POST', '/v1/sessions/magic-link', { body: { token: mailed } });
  expectStatus(used, 201);
  holdTokens(used);
  const unknown = { token: fresh('secret', 'a wrong token of a mailed link') };
  expectStatus(await api('POST', '/v1/sessions/magic-link', { body: unknown }), 400);
};

const useKey = async ({ canaries, fresh }: CanaryStack, { api, token, expectStatus }: Desk): Promise<void> => {
  const body = { name: fresh('personal', 'the name of a key'), scopes: ['account.read'], expiresInDays: 1 };
  const made = await api('POST', '/v1/api-keys', { token, body });
  expectStatus(made, 201);
  const key = canaries.add('secret', 'a key for programs', made.body.key);
  expectStatus(await api('GET', '/v1/users/me', { token: key }), 200);
  expectStatus(await api('GET', '/v1/sessions', { token: key }), 403);
  expectStatus(await api('GET', '/v1/users/me', { token: `${key.slice(0, -6)}000000` }), 401);
  expectStatus(await api('DELETE', `/v1/api-keys/${made.body.id}`, { token }), 200);
  expectStatus(await api('GET', '/v1/users/me', { token: key }), 401);
};

const useProvider = async ({ canaries, fresh }: CanaryStack, desk: Desk): Promise<void> => {
  const { api, token, expectStatus, holdTokens } = desk;
  const address = `${fresh('personal', 'the address at a provider')}@example.com`;
  const idToken = await firebaseToken(fresh('personal', 'the name at a provider'), address);
  canaries.add('secret', 'the signature of a provider', idToken.split('.').at(-1) ?? '');
  const body = { idToken };
  expectStatus(await api('POST', '/v1/identities/firebase/link', { token, body }), 201);
  const signedIn = await api('POST', '/v1/identities/firebase', { body });
  expectStatus(signedIn, 201);
  holdTokens(signedIn);
  const begun = await api('POST', '/v1/identities/forge/begin', { body: {} });
  expectStatus(begun, 201);
  const { searchParams } = new URL(begun.body.url);
  const state = canaries.add('secret', 'the state at a provider', searchParams.get('state') ?? '');
  const code = fresh('secret', 'a code of a provider');
  expectStatus(await api('GET', `/v1/identities/forge/callback?state=${state}&code=${code}`), 303);
};

const useApplication = async ({ canaries, fresh }: CanaryStack, desk: Desk): Promise<void> => {
  const { api, person, asAdmin, expectStatus } = desk;
  const settings = { authMethod: 'client_secret_basic', redirectUris: [callback] };
  const scopes = ['openid', 'email', 'offline_access'];
  const client = await asAdmin('POST', '/v1/oauth/clients', { name: 'An application', scopes, ...settings });
  expectStatus(client, 201);
  const { id } = client.body;
  const secret = canaries.add('secret', 'the secret of an application', client.body.secret);
  const state = fresh('secret', 'the state of an application');
  const begun = beginFor(id, { state, scope: scopes.join(' '), prompt: 'consent' });
  const verifier = canaries.add('secret', 'the verifier of an application', begun.verifier);
  const browser = await OAuthBrowser.start(api);
  await browser.signIn(person);
  for (const pair of browser.headersFor('/oidc').cookie.split('; ')) {
    for (const part of (pair.split('=')[1] ?? '').split('.').slice(-2)) canaries.add('secret', 'a cookie', part);
  }
  const code = canaries.add(
    'secret',
    'the code for an application',
    (await browser.authorize(begun.target)).searchParams.get('code') ?? '',
  );
  const post = (form: Readonly<Record<string, string>>, as = secret) =>
    postForm(api, '/oidc/token', form, { authorization: `Basic ${btoa(`${id}:${as}`)}` });
  const redemption = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  expectStatus(await post(redemption, fresh('secret', 'a wrong secret of an application')), 401);
  const redeemed = await post(redemption);
  expectStatus(redeemed, 200);
  const { access_token, refresh_token, id_token } = redeemed.body;
  canaries.add('secret', 'an access token of an application', access_token.split('.').at(-1));
  canaries.add('secret', 'a refresh token of an application', refresh_token);
  canaries.add('secret', 'an ID token', id_token.split('.').at(-1));
  const renewed = await post({ grant_type: 'refresh_token', refresh_token });
  expectStatus(renewed, 200);
  canaries.add('secret', 'the next refresh token of an application', renewed.body.refresh_token);
  expectStatus(await post({ grant_type: 'refresh_token', refresh_token }), 400);
};

const beLookedAt = async ({ fresh, canaries }: CanaryStack, desk: Desk): Promise<void> => {
  const { api, asAdmin, token, expectStatus } = desk;
  const { id } = (await api('GET', '/v1/users/me', { token })).body;
  const reason = `Because ${fresh('personal', 'the reason to look at an account')}.`;
  const looked = await asAdmin('POST', `/v1/users/${id}/impersonate`, { reason });
  expectStatus(looked, 201);
  canaries.add('secret', 'a token of whoever looks', looked.body.accessToken.split('.').at(-1));
  expectStatus(await api('GET', '/v1/users/me', { token: looked.body.accessToken }), 200);
  expectStatus(await api('PATCH', '/v1/users/me', { token: looked.body.accessToken, body: {} }), 403);
};
