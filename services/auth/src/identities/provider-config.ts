import { readEntries, readSecrets } from '@rollcall/service-kit/json-variables';
import { configuredProviderId } from '@rollcall/types/routes/auth/identities';
import type { ProviderSettings } from '@rollcall/types/routes/auth/organization-providers';
import { line } from '@rollcall/types/text';
import { z } from 'zod';
import { type Preset, presets } from './presets.ts';
import type { IdentityProvider, OidcProvider, RedirectProvider } from './provider.ts';

const url = z.url({ protocol: /^https?$/, error: 'must be a URL' });
const word = line({ min: 1, max: 255 });

const entry = z.strictObject({
  id: configuredProviderId,
  preset: z
    .enum(['google', 'microsoft', 'apple', 'gitlab', 'linkedin', 'github', 'facebook', 'discord', 'firebase'])
    .optional(),
  type: z.enum(['oidc', 'oauth2']).optional(),
  name: line({ min: 1, max: 60 }).optional(),
  issuer: url.optional(),
  authorizationUrl: url.optional(),
  tokenUrl: url.optional(),
  userinfoUrl: url.optional(),
  clientId: word.optional(),
  clientAuth: z.enum(['post', 'basic']).optional(),
  scopes: z.array(word).max(20).optional(),
  /** Of Apple. */
  teamId: word.optional(),
  keyId: word.optional(),
  /** Of Firebase. */
  projectId: word.optional(),
  keysUrl: url.optional(),
  signUp: z.boolean().default(true),
});
type Entry = z.infer<typeof entry>;

const googleKeys = 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';

/** A value of an entry that there must be; notes where it is not. */
type Need = (name: keyof Entry, value: string | undefined) => string;

const providerOf = (given: Entry, need: Need): IdentityProvider => {
  const { id, preset } = given;
  if (preset === 'firebase') {
    const projectId = need('projectId', given.projectId);
    const issuer = `https://securetoken.google.com/${projectId}`;
    return {
      type: 'firebase',
      id,
      name: given.name ?? 'Firebase',
      issuer,
      signUp: given.signUp,
      projectId,
      keysUrl: given.keysUrl ?? googleKeys,
    };
  }
  return redirectProviderOf({ ...given, preset }, need);
};

type RedirectEntry = ProviderSettings & { readonly id: string; readonly signUp: boolean };
type NeedOfSettings = (name: keyof ProviderSettings, value: string | undefined) => string;

/** A provider that browsers are sent to, whoever has set it up. */
export const redirectProviderOf = (given: RedirectEntry, need: NeedOfSettings): RedirectProvider => {
  const { id, preset, signUp } = given;
  const known: Partial<Preset> = preset ? presets[preset] : {};
  const type = preset ? presets[preset].type : need('type', given.type);
  const common = {
    id,
    name: given.name ?? known.name ?? id,
    signUp,
    clientId: need('clientId', given.clientId),
    clientAuth: given.clientAuth ?? 'post',
    scopes: given.scopes ?? known.scopes ?? (type === 'oidc' ? ['openid', 'email'] : []),
    verifiedField: preset ? known.verifiedField : 'email_verified',
    managedField: known.managedField,
  } as const;
  if (type === 'oauth2') {
    const userinfoUrl = need('userinfoUrl', given.userinfoUrl ?? known.userinfoUrl);
    return {
      ...common,
      type,
      // Nobody else's name: an issuer of its own for who does not name one.
      issuer: given.issuer ?? known.issuer ?? userinfoUrl,
      authorizationUrl: need('authorizationUrl', given.authorizationUrl ?? known.authorizationUrl),
      tokenUrl: need('tokenUrl', given.tokenUrl ?? known.tokenUrl),
      userinfoUrl,
      emailsUrl: known.emailsUrl,
      subjectField: known.subjectField ?? 'sub',
    };
  }
  return {
    ...common,
    type: 'oidc',
    issuer: need('issuer', given.issuer ?? known.issuer),
    postsForms: known.postsForms ?? false,
    signedSecret: preset === 'apple' ? signedSecretOf(given, need) : undefined,
  };
};

const signedSecretOf = ({ teamId, keyId }: RedirectEntry, need: NeedOfSettings): OidcProvider['signedSecret'] => ({
  teamId: need('teamId', teamId),
  keyId: need('keyId', keyId),
});

/** Each fault by the entry and the name that it is about. */
const readProviders = (text: string, ctx: z.RefinementCtx): ReadonlyMap<string, IdentityProvider> => {
  const providers = new Map<string, IdentityProvider>();
  for (const given of readEntries(text, ctx, entry, { what: 'providers', most: 50 })) {
    const need: Need = (name, found) => {
      if (found === undefined) ctx.addIssue(`${given.id}: ${name} is missing`);
      return found ?? '';
    };
    if (providers.has(given.id)) ctx.addIssue(`${given.id} is there twice`);
    // Its address is that of no other provider.
    if ((given.id === 'firebase') !== (given.preset === 'firebase'))
      ctx.addIssue(`${given.id}: firebase is the id of the preset firebase`);
    providers.set(given.id, providerOf(given, need));
  }
  return providers;
};

export const identityProviders = z.string().default('[]').transform(readProviders).meta({
  description:
    'who else people may sign in by: JSON like [{"id":"google","preset":"google","clientId":"…"}]; [the whole of it](services/auth/identities.md)',
});

export const identityProviderSecrets = z.string().default('{}').transform(readSecrets).meta({
  description: 'the client secrets of those providers: JSON like {"google":"…"}; of Apple, the private key in PEM',
});

/** What is wrong with providers and secrets together. */
export const judgeProviders = (
  providers: ReadonlyMap<string, IdentityProvider>,
  secrets: ReadonlyMap<string, string>,
  isCallable: (url: string) => boolean,
): readonly string[] => [
  ...[...providers.values()]
    .filter(({ id, type }) => type !== 'firebase' && !secrets.has(id))
    .map(({ id }) => `IDENTITY_PROVIDER_SECRETS has none for ${id}`),
  ...[...secrets.keys()]
    .filter((id) => !providers.has(id))
    .map((id) => `IDENTITY_PROVIDER_SECRETS: IDENTITY_PROVIDERS has no ${id}`),
  ...[...providers.values()]
    .filter((provider) => !addressesOf(provider).every(isCallable))
    .map(({ id }) => `IDENTITY_PROVIDERS: ${id} has an address without TLS that OUTGOING_PRIVATE_HOSTS does not name`),
  // Whoever speaks for an issuer says who people are: two who do could each let in the people of the other.
  ...[...providers.values()]
    .filter(({ issuer }, index, all) => all.findIndex((one) => sameIssuer(one.issuer, issuer)) !== index)
    .map(({ id }) => `IDENTITY_PROVIDERS: ${id} speaks for an issuer that another one speaks for`),
];

const sameIssuer = (one: string, other: string): boolean => one.replace(/\/$/, '') === other.replace(/\/$/, '');

const addressesOf = (provider: IdentityProvider): readonly string[] => {
  if (provider.type === 'firebase') return [provider.keysUrl];
  return provider.type === 'oidc'
    ? [provider.issuer]
    : [provider.authorizationUrl, provider.tokenUrl, provider.userinfoUrl];
};
