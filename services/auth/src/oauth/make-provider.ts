import { timingSafeEqual } from 'node:crypto';
import { isOutage } from '@rollcall/service-kit/failures';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isRedirectUri } from '@rollcall/types/redirect-uris';
import type { JWK } from 'jose';
import Provider, { type Client } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { createConfiguration } from './configuration.ts';
import { currentRequest } from './current-request.ts';
import { offerTokenExchange } from './token-exchange.ts';

/** The provider, with the keys that sign now. */
export const makeProvider = (ports: Ports, keys: readonly JWK[]): Provider => {
  const provider = new Provider(ports.config.issuer, createConfiguration(ports, keys));
  // The bridge says by headers of its own where people reach us; what clients say never gets this far.
  provider.proxy = true;
  keepSecretsAsDigests(provider);
  judgeRedirectsAtUse(provider);
  offerTokenExchange(ports, provider);
  leaveLogoutsToUs(provider);
  provider.onerror = (error: unknown) => ports.log.error({ err: error }, 'the OAuth provider failed');
  provider.on('server_error', (_, error) => {
    const request = currentRequest.getStore();
    if (request && isOutage(error)) request.outage = error;
    else provider.onerror(error);
  });
  provider.on('end_session.success', ({ oidc }) => {
    const request = currentRequest.getStore();
    if (request && oidc.params?.logout) request.signsOut = true;
  });
  return provider;
};

/** The provider compares secrets through this method of its clients, which is there to be replaced. */
const keepSecretsAsDigests = ({ Client }: Provider): void => {
  Client.prototype.compareClientSecret = function compareWithDigests(this: Client, presented: string): boolean {
    const digests = Array.isArray(this.secret_digests) ? this.secret_digests.map(String) : [];
    const given = Buffer.from(digestOf(presented));
    return digests.some((digest) => digest.length === given.length && timingSafeEqual(Buffer.from(digest), given));
  };
};

/** Applications hear of the end of a session from whoever ended it, which need not be one of them (see `logouts/`). */
const leaveLogoutsToUs = ({ Client }: Provider): void => {
  Client.prototype.backchannelLogout = async () => undefined;
};

/** Exactly one that is registered (but for the port on this machine), and one that the present rules allow. */
const judgeRedirectsAtUse = ({ Client }: Provider): void => {
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = Client.prototype;
  Client.prototype.redirectUriAllowed = function judge(this: Client, uri: string): boolean {
    return isRedirectUri(uri, this.applicationType ?? 'web') && redirectUriAllowed.call(this, uri);
  };
  Client.prototype.postLogoutRedirectUriAllowed = function judge(this: Client, uri: string): boolean {
    return isRedirectUri(uri, this.applicationType ?? 'web') && postLogoutRedirectUriAllowed.call(this, uri);
  };
};
