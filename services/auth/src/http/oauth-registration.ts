import type { Cause } from '@rollcall/service-kit/actor';
import {
  type BoundRoute,
  type CallContext,
  handleProtocol,
  type PlainRequest,
} from '@rollcall/service-kit/call-context';
import { newSecret } from '@rollcall/service-kit/identity';
import { parseJson } from '@rollcall/service-kit/request-body';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import * as routes from '@rollcall/types/routes/auth/oauth-protocol';
import { addClient, judgeSettings, removeClient, updateClient } from '../oauth/change-clients.ts';
import { clientMetadata, metadataFrom, settingsFrom } from '../oauth/registration.ts';
import type { Ports } from '../ports.ts';
import { findRegistered, type OAuthClient } from '../store/oauth-clients.ts';

/** Applications that register themselves (RFC 7591), and look after what they have registered (RFC 7592). */
export const registrationHandlers = (ports: Ports): BoundRoute[] => [
  handleProtocol(routes.registerClient, async (request, context) => {
    const refused = await judgeCaller(ports, context);
    if (refused) return refused;
    const settings = read(ports, request);
    if (settings instanceof Response) return settings;
    const token = newSecret();
    const added = await addClient(ports, settings, { registrationDigest: digestOf(token) }, causeOf(context));
    if (isRefusal(added)) throw new Error(`an application was refused: ${added.refused}`);
    const { client, secret } = added;
    const secrets = secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 };
    return json(201, { ...told(ports, client, token), ...secrets });
  }),

  handleProtocol(routes.readRegistration, (request) =>
    asRegistered(ports, request, async (client, token) => json(200, told(ports, client, token))),
  ),

  handleProtocol(routes.replaceRegistration, (request, context) =>
    asRegistered(ports, request, async (client, token) => {
      const settings = read(ports, request, client);
      if (settings instanceof Response) return settings;
      const changed = await updateClient(ports, client.id, settings, causeOf(context));
      return isRefusal(changed) ? unknownToken() : json(200, told(ports, changed, token));
    }),
  ),

  handleProtocol(routes.removeRegistration, (request, context) =>
    asRegistered(ports, request, async (client) => {
      await removeClient(ports, client.id, causeOf(context));
      return new Response(null, { status: 204, headers });
    }),
  ),
];

/** An application is nobody that the trail knows. */
const causeOf = ({ cause, actor }: CallContext): Cause => ({ ...cause, actor: actor?.userId ?? 'anonymous' });

const headers = { 'cache-control': 'no-store' } as const;
const json = (status: number, body: object, more: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers: { ...headers, ...more } });

const fault = (error: string, description: string): Response => json(400, { error, error_description: description });

const isNowhere = (): Response => json(404, { error: 'invalid_request', error_description: 'There is nothing here.' });

/** The gateway has found out whose key or token it is (RFC 7591 section 3: the initial access token). */
const judgeCaller = async ({ config }: Ports, context: CallContext): Promise<Response | undefined> => {
  if (config.oauthRegistration === 'off') return isNowhere();
  if (config.oauthRegistration === 'open') return undefined;
  // A cookie is no token: a page of somebody else could have sent it.
  if (!context.actor || !context.headers.has('authorization')) return unknownToken();
  return (await context.holds('clients.manage')) ? undefined : json(403, { error: 'insufficient_scope' });
};

const unknownToken = (): Response =>
  json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });

/** With the token that was given out with the registration. Whoever has none learns nothing of any application. */
const asRegistered = async (
  { config, connection }: Ports,
  { target, headers: sent }: PlainRequest,
  answer: (client: OAuthClient, token: string) => Promise<Response>,
): Promise<Response> => {
  if (config.oauthRegistration === 'off') return isNowhere();
  const [, token] = /^Bearer ([A-Za-z0-9_-]{1,128})$/i.exec(sent.get('authorization') ?? '') ?? [];
  const client = token === undefined ? undefined : await findRegistered(connection.db, digestOf(token));
  const [path = ''] = target.split('?');
  return token === undefined || client === undefined || !path.endsWith(`/${client.id}`)
    ? unknownToken()
    : answer(client, token);
};

const told = ({ config }: Ports, client: OAuthClient, token: string) => ({
  ...metadataFrom(client),
  registration_client_uri: `${config.issuer}${routes.registerClient.path}/${client.id}`,
  registration_access_token: token,
});

/** What it wants to be, or what is wrong with that (RFC 7591 section 3.2.2). */
const read = (
  { config }: Ports,
  { body, headers: sent }: PlainRequest,
  present?: OAuthClient,
): ClientSettings | Response => {
  const [contentType, contentEncoding] = [sent.get('content-type'), sent.get('content-encoding')];
  const parsed = parseJson(body ?? new Uint8Array(), { contentType, contentEncoding });
  const { data, error } = clientMetadata.safeParse(isRefusal(parsed) ? undefined : parsed.json);
  if (!data) return describe(error.issues.map(({ path, message }) => ({ pointer: path.join('/'), detail: message })));
  if (present && present.settings.authMethod !== data.token_endpoint_auth_method) {
    return fault('invalid_client_metadata', 'token_endpoint_auth_method stays what it was');
  }
  const settings = settingsFrom(data, present?.settings);
  if (!settings) return fault('invalid_client_metadata', 'scope holds what an application may not give itself');
  const wrong: Refusal | undefined = judgeSettings(config, settings);
  return wrong ? describe(wrong.errors ?? []) : settings;
};

const describe = (errors: readonly { readonly pointer: string; readonly detail: string }[]): Response => {
  const about = errors.map(({ pointer, detail }) => `${pointer.replace('/body/', '')} ${detail}`).join('; ');
  const isRedirect = errors.some(({ pointer }) => /redirect_?uris/i.test(pointer));
  return fault(isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata', about);
};
