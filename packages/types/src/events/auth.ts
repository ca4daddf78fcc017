import { z } from 'zod';
import { defineEvent } from '../event-definition.ts';
import { entityId, instant, sessionId } from '../ids.ts';
import { reason } from '../permissions.ts';

const service = 'auth';

/** Where a request came from; personal, because it tells where a person was. */
const origin = { ipAddress: z.string(), userAgent: z.string() };

export const sessionStarted = defineEvent({
  type: 'session.started',
  service,
  summary: 'A person signed in.',
  data: {
    sessionId,
    methods: z.array(z.string()),
    newDevice: z.boolean(),
    /** There where it is: with a password, from an address where sign-ins to many accounts were refused in the hour before. */
    suspected: z.literal(true).optional(),
  },
  personal: origin,
});

export const stuffingSuspected = defineEvent({
  type: 'credential_stuffing.suspected',
  service,
  summary: 'Sign-ins under many names were refused from one address: somebody may try a list of passwords.',
  data: {
    /** A keyed digest of the address: the same one for the same address, and nothing that tells it. */
    source: z.string(),
    /** How many names there were, whether anybody is called so or not. */
    identifiers: z.int().positive(),
    windowSeconds: z.int().positive(),
  },
});

export const impersonationStarted = defineEvent({
  type: 'impersonation.started',
  service,
  summary: 'Somebody who may began to look at the account as its owner sees it; the actor says who.',
  data: { sessionId, expiresAt: instant },
  personal: { reason },
});

export const signInFailed = defineEvent({
  type: 'sign_in.failed',
  service,
  summary: 'A sign-in to an existing account was refused.',
  data: {
    reason: z.enum([
      'wrong_password',
      'wrong_code',
      'wrong_passkey',
      'copied_passkey',
      'disabled',
      'throttled',
      'denied_by_hook',
    ]),
  },
  personal: origin,
});

export const sessionEnded = defineEvent({
  type: 'session.ended',
  service,
  summary: 'A session ended and its tokens stopped working.',
  data: {
    sessionId,
    reason: z.enum([
      'signed_out',
      'signed_out_elsewhere',
      'signed_out_by_administrator',
      'too_many',
      'refresh_reused',
      'password_changed',
      'factors_changed',
      'reauthenticated',
      'signed_in_anew',
      'deactivated',
      'secured',
      'token_revoked',
    ]),
  },
});

export const refreshTokenReused = defineEvent({
  type: 'refresh_token.reused',
  service,
  summary: 'A refresh token was presented a second time: one of the two holders is a thief, so the session ended.',
  data: { sessionId },
});

export const passwordResetRequested = defineEvent({
  type: 'password_reset.requested',
  service,
  summary: 'A person asked for a link to choose a new password.',
  data: { requestId: entityId },
});

export const magicLinkRequested = defineEvent({
  type: 'magic_link.requested',
  service,
  summary: 'A person asked for a mail to sign in with.',
  data: { requestId: entityId },
});

export const passwordChanged = defineEvent({
  type: 'password.changed',
  service,
  summary: 'A person has a new password.',
  data: { how: z.enum(['change', 'reset']) },
});

const factorKind = z.enum(['totp', 'passkey']);

export const factorAdded = defineEvent({
  type: 'factor.added',
  service,
  summary: 'A person has another second factor to sign in with.',
  data: { factorId: entityId, kind: factorKind },
});

export const factorRemoved = defineEvent({
  type: 'factor.removed',
  service,
  summary: 'A second factor of a person works no longer.',
  data: { factorId: entityId, kind: factorKind },
});

export const factorsReset = defineEvent({
  type: 'factors.reset',
  service,
  summary: 'Every second factor of a person was removed by somebody who manages accounts.',
  data: { removed: z.int().positive() },
});

export const recoveryCodesMade = defineEvent({
  type: 'recovery_codes.made',
  service,
  summary: 'A person has new recovery codes; those before work no longer.',
  data: { count: z.int().nonnegative() },
});

export const recoveryCodeUsed = defineEvent({
  type: 'recovery_code.used',
  service,
  summary: 'A person signed in with a recovery code in place of their second factor.',
  data: { left: z.int().nonnegative() },
  personal: origin,
});

export const identityLinked = defineEvent({
  type: 'identity.linked',
  service,
  summary: 'A person may sign in by an account that they have with a provider.',
  data: { identityId: entityId, authType: z.string() },
});

export const identityUnlinked = defineEvent({
  type: 'identity.unlinked',
  service,
  summary: 'A person signs in by an account with a provider no longer.',
  data: { identityId: entityId, authType: z.string() },
});

const organizationDomain = { organizationId: entityId, domain: z.string() };

export const domainClaimed = defineEvent({
  type: 'domain.claimed',
  service,
  summary: 'An organization says that a domain is its own, and has not proved it yet.',
  data: organizationDomain,
});

export const domainVerified = defineEvent({
  type: 'domain.verified',
  service,
  summary: 'An organization has proved that a domain is its own.',
  data: organizationDomain,
});

export const domainLost = defineEvent({
  type: 'domain.lost',
  service,
  summary: 'The DNS record by which an organization had proved a domain is gone: it counts as proved no longer.',
  data: organizationDomain,
});

export const domainRemoved = defineEvent({
  type: 'domain.removed',
  service,
  summary: 'A domain is no longer one of an organization.',
  data: organizationDomain,
});

const organizationProvider = { organizationId: entityId, name: z.string(), enabled: z.boolean(), signUp: z.boolean() };

export const identityProviderAdded = defineEvent({
  type: 'identity_provider.added',
  service,
  summary: 'An organization lets people in by an identity provider of its own.',
  data: organizationProvider,
});

export const identityProviderChanged = defineEvent({
  type: 'identity_provider.changed',
  service,
  summary: 'An identity provider of an organization was changed, or switched on or off.',
  data: { ...organizationProvider, secretChanged: z.boolean() },
});

export const identityProviderRemoved = defineEvent({
  type: 'identity_provider.removed',
  service,
  summary: 'An identity provider of an organization lets nobody in any longer.',
  data: { organizationId: entityId, name: z.string() },
});

export const apiKeyCreated = defineEvent({
  type: 'api_key.created',
  service,
  summary: 'There is a key for programs that act as this person or service account.',
  data: { keyId: entityId, scopes: z.array(z.string()), expiresAt: instant, serviceAccount: z.boolean() },
});

export const apiKeyRevoked = defineEvent({
  type: 'api_key.revoked',
  service,
  summary: 'A key for programs works no longer.',
  data: { keyId: entityId, reason: z.enum(['revoked', 'deactivated', 'secured', 'removed']) },
});

export const serviceAccountAdded = defineEvent({
  type: 'service_account.added',
  service,
  summary: 'There is an account for a program.',
  data: { name: z.string() },
});

export const serviceAccountChanged = defineEvent({
  type: 'service_account.changed',
  service,
  summary: 'An account for a program is called or described differently.',
  data: { name: z.string() },
});

export const serviceAccountRemoved = defineEvent({
  type: 'service_account.removed',
  service,
  summary: 'An account for a program is gone for good.',
  data: { name: z.string() },
});

export const accountSecured = defineEvent({
  type: 'account.secured',
  service,
  summary:
    'A person said that a change of how they sign in was not theirs: what was added since is gone, and the password.',
  data: {
    /** What was added from here on was taken back. */
    since: instant,
    factors: z.array(z.object({ factorId: entityId, kind: factorKind })),
    identities: z.array(z.object({ identityId: entityId, authType: z.string() })),
    consents: z.int().nonnegative(),
  },
});

export const signingKeyAdded = defineEvent({
  type: 'signing_key.added',
  service,
  summary: 'A new key signs access tokens from now on.',
  data: { keyId: z.string(), algorithm: z.string() },
});

/** What of an application may be told: who it is and what it may do, and nothing that it proves itself with. */
const clientFacts = {
  clientId: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  scopes: z.array(z.string()),
  organizationId: entityId.nullable(),
};

export const clientAdded = defineEvent({
  type: 'client.added',
  service,
  summary: 'An application may ask people for access.',
  data: clientFacts,
});

export const clientChanged = defineEvent({
  type: 'client.changed',
  service,
  summary: 'An application was changed, enabled or disabled, or has another secret.',
  data: { ...clientFacts, secretRotated: z.boolean() },
});

export const clientRemoved = defineEvent({
  type: 'client.removed',
  service,
  summary: 'An application is gone, and with it everything that it was given.',
  data: { clientId: z.string(), name: z.string() },
});

export const consentGiven = defineEvent({
  type: 'consent.given',
  service,
  summary: 'A person let an application do something in their name.',
  data: { consentId: entityId, clientId: z.string(), scopes: z.array(z.string()) },
});

export const consentWithdrawn = defineEvent({
  type: 'consent.withdrawn',
  service,
  summary: 'A person took back what they had let an application do.',
  data: { consentId: entityId, clientId: z.string() },
});
