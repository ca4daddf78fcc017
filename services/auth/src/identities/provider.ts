import type { Preset } from './presets.ts';

interface EveryProvider {
  /** In addresses of ours, and as `authType`. */
  readonly id: string;
  readonly name: string;
  /** Whose word it is: with it, a person's id at the provider is one of a kind. */
  readonly issuer: string;
  /** Whether somebody whom nobody here knows gets an account. */
  readonly signUp: boolean;
}

/** The organization whose provider it is, and what is kept of it. */
export interface ProviderOwner {
  readonly organizationId: string;
  readonly sealedSecret: string;
  readonly mayBePrivate: boolean;
  readonly version: number;
}

interface WebProvider extends EveryProvider {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly clientAuth: 'post' | 'basic';
  readonly verifiedField: NonNullable<Preset['verifiedField']> | undefined;
  readonly managedField: Preset['managedField'];
  /** Of one that the operator has configured there is none. */
  readonly owner?: ProviderOwner;
}

export interface OidcProvider extends WebProvider {
  readonly type: 'oidc';
  readonly postsForms: boolean;
  /** Of Apple, whose client secret is signed with a key. */
  readonly signedSecret: { readonly teamId: string; readonly keyId: string } | undefined;
}

export interface OAuthProvider extends WebProvider {
  readonly type: 'oauth2';
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string;
  readonly emailsUrl: string | undefined;
  readonly subjectField: 'sub' | 'id';
}

export interface FirebaseProvider extends EveryProvider {
  readonly type: 'firebase';
  readonly projectId: string;
  readonly keysUrl: string;
}

/** One that browsers are sent to. */
export type RedirectProvider = OidcProvider | OAuthProvider;
export type IdentityProvider = RedirectProvider | FirebaseProvider;

/** Who somebody is, by the word of a provider. */
export interface Identified {
  readonly issuer: string;
  /** Never their address, which may be somebody else's tomorrow. */
  readonly externalId: string;
  /** An address that the provider vouches for. */
  readonly verifiedEmail: string | undefined;
  /** Of a provider of an organization: the one of its domains that the address is of. */
  readonly domain?: string;
}

/** What was not proved, and a word about it for the log that holds nothing of what was sent. */
export interface IdentityFault {
  readonly fault: 'provider_unavailable' | 'provider_refused';
  readonly reason: string;
}

/** Of identities by a provider of an organization, before its id; an issuer of any other is an address. */
export const organizationIssuerPrefix = 'organization-provider:';

export const isFault = (outcome: Identified | IdentityFault): outcome is IdentityFault => 'fault' in outcome;
