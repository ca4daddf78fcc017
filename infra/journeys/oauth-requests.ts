import { randomUUID } from 'node:crypto';
import { cookieNames } from '@rollcall/types/cookies';
import { type CallerRequest, type Calling, type Compose, isIn } from './calling.ts';
import type { Cast } from './cast.ts';
import { beginFor, callback, OAuthBrowser } from './oauth-browser.ts';

const settings = {
  name: 'Made by a journey',
  authMethod: 'client_secret_basic',
  redirectUris: [callback],
  scopes: ['openid', 'email', 'offline_access'],
};

/** An application that an administrator has added. */
export const someClient = async (
  cast: Cast,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly id: string; readonly secret: string }> =>
  cast.asAdmin('POST', '/v1/oauth/clients', { ...settings, ...more });

/** A browser that an application has sent here, and what it waits for; as the caller, if they are in. */
const interaction = async ({ cast, caller, kind }: Calling): Promise<CallerRequest> => {
  const browser = await OAuthBrowser.start(cast.api);
  const { at } = await browser.open(beginFor((await someClient(cast)).id).target);
  const uid = at.searchParams.get('interaction') ?? '';
  if (caller && kind !== 'ended') await browser.signIn(caller);
  const headers = browser.headersFor(`/v1/oauth/interactions/${uid}`);
  const ended = kind === 'ended' && caller ? `; ${cookieNames(false).access}=${caller.token}` : '';
  return { params: { uid }, headers: { ...headers, cookie: headers.cookie + ended } };
};

const consentOf = async (cast: Cast, person: Parameters<OAuthBrowser['signIn']>[0] & { readonly token: string }) => {
  const browser = await OAuthBrowser.start(cast.api);
  await browser.signIn(person);
  await browser.authorize(beginFor((await someClient(cast)).id).target);
  const { items } = (await cast.api('GET', '/v1/oauth/consents', { token: person.token })).body;
  return { params: { consentId: String(items.at(-1)?.id) } };
};

export const oauthRequests: Readonly<Record<string, Compose>> = {
  listScopes: () => ({}),
  readInteraction: interaction,
  decideInteraction: async (calling) => ({ ...(await interaction(calling)), body: { decision: 'continue' } }),
  listConsents: () => ({}),
  withdrawConsent: async (calling) =>
    calling.caller && isIn(calling) ? consentOf(calling.cast, calling.caller) : { params: { consentId: randomUUID() } },
  "withdrawConsent when another's": async ({ cast }) => consentOf(cast, await cast.named('consents')),
  introspectAnyToken: () => ({ form: 'token=unknown' }),
  revokeAnyToken: () => ({ form: 'token=unknown' }),
};
