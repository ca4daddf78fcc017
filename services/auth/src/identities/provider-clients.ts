import type { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import { importPKCS8, SignJWT } from 'jose';
import * as client from 'openid-client';
import type { OidcProvider, RedirectProvider } from './provider.ts';

const hour = 60 * 60 * 1000;

/** More than are in use at a time: those of organizations come and go. */
const mostKnown = 1_000;

export interface ProviderClientsOptions {
  /** By which it is called. */
  readonly outgoingTo: (provider: RedirectProvider) => OutgoingHttp;
  readonly secretOf: (provider: RedirectProvider) => Promise<string> | string;
}

/** The protocol side of each provider. */
export type ProviderClients = (provider: RedirectProvider) => Promise<client.Configuration>;

/** Asks a provider that describes itself for its description, again after an hour; one that failed is asked again at once. */
export const createProviderClients = (options: ProviderClientsOptions): ProviderClients => {
  const known = new Map<string, { readonly made: Promise<client.Configuration>; readonly until: number }>();
  return (provider) => {
    const key = `${provider.id} ${provider.owner?.version ?? ''}`;
    const found = known.get(key);
    if (found && found.until > Date.now()) return found.made;
    const made = makeClient(provider, options);
    known.delete(key);
    known.set(key, { made, until: Date.now() + hour });
    const [oldest = ''] = known.keys();
    if (known.size > mostKnown) known.delete(oldest);
    made.catch(() => known.delete(key));
    return made;
  };
};

const makeClient = async (
  provider: RedirectProvider,
  { outgoingTo, secretOf }: ProviderClientsOptions,
): Promise<client.Configuration> => {
  const fetch = outgoingFetch(outgoingTo(provider));
  const secret = await secretOf(provider);
  if (provider.type === 'oauth2') {
    const described = {
      issuer: provider.issuer,
      authorization_endpoint: provider.authorizationUrl,
      token_endpoint: provider.tokenUrl,
    };
    const made = new client.Configuration(described, provider.clientId, undefined, authenticatorOf(provider, secret));
    made[client.customFetch] = fetch;
    // What has no TLS was named by the operator, or it is not called.
    client.allowInsecureRequests(made);
    return made;
  }
  const made = await client.discovery(
    new URL(provider.issuer),
    provider.clientId,
    undefined,
    provider.signedSecret ? signedSecret(provider, provider.signedSecret, secret) : authenticatorOf(provider, secret),
    { [client.customFetch]: fetch, execute: [client.allowInsecureRequests] },
  );
  // The signature is checked although the token comes straight from the provider: a proxy in between may be another's.
  client.enableNonRepudiationChecks(made);
  return made;
};

const outgoingFetch =
  (outgoing: OutgoingHttp): client.CustomFetch =>
  (url, { method, headers, body, signal }) => {
    if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof URLSearchParams)) {
      throw new TypeError('a body of this kind is not sent');
    }
    return outgoing.call(url, { method, headers, body: body?.toString() ?? null, signal });
  };

const authenticatorOf = ({ clientAuth }: RedirectProvider, secret: string): client.ClientAuth =>
  clientAuth === 'basic' ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);

/** Apple's client secret: a statement of five minutes that whoever runs this installation signs. */
const signedSecret =
  (
    { clientId, issuer }: OidcProvider,
    { teamId, keyId }: NonNullable<OidcProvider['signedSecret']>,
    privateKey: string,
  ): client.ClientAuth =>
  async (_, __, body) => {
    const statement = new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime('5m');
    body.set('client_id', clientId);
    body.set('client_secret', await statement.sign(await importPKCS8(privateKey, 'ES256')));
  };
