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
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/oauth-protocol';
import { addClient, judgeSettings, removeClient, updateClient } from '../oauth/change-clients.ts';
import { type ClientMetadata, clientMetadata, metadataFrom, settingsFrom } from '../oauth/registration.ts';
import type { Ports } from '../ports.ts';
import { findRegistered, type OAuthClient } from '../store/oauth-clients.ts';

/** Applications that register themselves (RFC 7591), and look after what they have registered (RFC 7592). */
export const registrationHandlers = (ports: Ports): BoundRoute[] => [
  handleProtocol(routes.registerClient, async (request, context) => {
    const refused = await judgeCaller(ports, context);
    if (refused) return refused;
    const said = read(request);
    if (said instanceof Response) return said;
    const settings = settingsFrom(said);
    if (isRefusal(settings)) return describe(settings);
    const wrong = judgeSettings(ports.config, settings);
    if (wrong) return describe(wrong);
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
      const said = read(request);
      if (said instanceof Response) return said;
      // What it was given may have been taken from it a moment ago.
      const decide = ({ disabledAt, settings }: OAuthClient) =>
        disabledAt === null ? settingsFrom(said, settings) : refuse('not_found');
      const changed = await updateClient(ports, client.id, decide, causeOf(context));
      if (!isRefusal(changed)) return json(200, told(ports, changed, token));
      return changed.refused === 'not_found' ? unknownToken() : describe(changed);
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
  // A cookie is no token: a page of somebody else could have sent it. Nor is that of a session, which was given out for all else.
  const isKey = context.actor?.scopes !== undefined && context.headers.has('authorization');
  if (!isKey) return unknownToken();
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

/** What it says of itself, or what is wrong with that (RFC 7591 section 3.2.2). */
const read = ({ body, headers: sent }: PlainRequest): ClientMetadata | Response => {
  const [contentType, contentEncoding] = [sent.get('content-type'), sent.get('content-encoding')];
  const parsed = parseJson(body ?? new Uint8Array(), { contentType, contentEncoding });
  const { data, error } = clientMetadata.safeParse(isRefusal(parsed) ? undefined : parsed.json);
  return (
    data ??
    describe({ errors: error.issues.map(({ path, message }) => ({ pointer: path.join('/'), detail: message })) })
  );
};

const describe = ({ errors = [] }: Pick<Refusal, 'errors'>): Response => {
  const about = errors.map(({ pointer, detail }) => `${pointer.replace('/body/', '')} ${detail}`).join('; ');
  const isRedirect = errors.some(({ pointer }) => /redirect_?uris/i.test(pointer));
  return fault(isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata', about);
};
