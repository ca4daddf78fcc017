import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';
import { cookieChoice, tokens } from './sessions.ts';

const service = 'auth';

/** Bytes as WebAuthn's JSON forms have them (WebAuthn Level 3, section 5.1). */
const encoded = (most: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

/** A credential's id has at most 1,023 bytes (WebAuthn Level 3, section 4). */
const credentialId = encoded(1_364);
const clientData = encoded(8_192);

const credential = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  // What browsers tell beside these is of no consequence here, and not read.
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z
    .strictObject({ credProps: z.strictObject({ rk: z.boolean().optional() }).optional() })
    .optional(),
};

/** `AuthenticationResponseJSON`: what a browser answers to a request to sign in with a passkey. */
export const passkeyAssertion = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: clientData,
    authenticatorData: encoded(4_096),
    signature: encoded(2_048),
    userHandle: encoded(128).nullish(),
  }),
});

export type PasskeyAssertion = z.infer<typeof passkeyAssertion>;

/** `RegistrationResponseJSON`: a new passkey as a browser answers it. */
export const passkeyAttestation = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: clientData,
    attestationObject: encoded(32_768),
    authenticatorData: encoded(32_768).optional(),
    publicKey: encoded(4_096).nullish(),
    publicKeyAlgorithm: z.int().optional(),
    transports: z
      .array(line({ max: 32 }))
      .max(8, 'must have at most 8 entries')
      .optional(),
  }),
});

export type PasskeyAttestation = z.infer<typeof passkeyAttestation>;

const passkey = z.object({
  id: entityId,
  name: z.string(),
  /** It is kept on several devices, by whoever keeps them in step. */
  synced: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});

/** For `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` of browsers. */
const options = z.object({ options: z.record(z.string(), z.unknown()) });

const passkeyName = line({ min: 1, max: 60 });
const passkeyParams = z.object({ passkeyId: entityId });

export const beginPasskey = defineRoute({
  service,
  operationId: 'beginPasskey',
  method: 'POST',
  path: '/v1/passkeys/registration-options',
  summary: 'What a browser needs to make a passkey for you; good for this session, once',
  callers: ['user'],
  rate: 'sign_in',
  responses: { 200: options },
  refusals: ['reauthentication_required', 'too_many_factors'],
});

export const addPasskey = defineRoute({
  service,
  operationId: 'addPasskey',
  method: 'POST',
  path: '/v1/passkeys',
  summary: 'Sign in with this passkey from now on; with the first factor come the recovery codes, shown this once',
  callers: ['user'],
  rate: 'sign_in',
  body: z.strictObject({
    name: passkeyName.optional(),
    response: passkeyAttestation,
    endOtherSessions: z.boolean().optional(),
  }),
  responses: { 201: z.object({ ...passkey.shape, recoveryCodes: z.array(z.string()).nullable() }) },
  refusals: ['reauthentication_required', 'passkey_refused', 'too_many_factors'],
});

export const listPasskeys = defineRoute({
  service,
  operationId: 'listPasskeys',
  method: 'GET',
  path: '/v1/passkeys',
  summary: 'Your passkeys',
  callers: ['user'],
  rate: 'read',
  responses: { 200: z.object({ items: z.array(passkey) }) },
});

export const renamePasskey = defineRoute({
  service,
  operationId: 'renamePasskey',
  method: 'PATCH',
  path: '/v1/passkeys/:passkeyId',
  summary: 'Rename a passkey',
  callers: ['user'],
  rate: 'sign_in',
  params: passkeyParams,
  body: z.strictObject({ name: passkeyName }),
  responses: { 200: passkey },
  refusals: ['reauthentication_required'],
});

export const removePasskey = defineRoute({
  service,
  operationId: 'removePasskey',
  method: 'DELETE',
  path: '/v1/passkeys/:passkeyId',
  summary: 'Sign in with a passkey no longer; with the last second factor go the recovery codes',
  callers: ['user'],
  rate: 'sign_in',
  params: passkeyParams,
  responses: { 200: z.object({ removed: z.boolean() }) },
  refusals: ['reauthentication_required', 'last_way_in'],
});

export const askForPasskey = defineRoute({
  service,
  operationId: 'askForPasskey',
  method: 'POST',
  path: '/v1/passkeys/authentication-options',
  summary: 'What a browser needs to sign in with a passkey, or to complete a sign-in with one',
  callers: ['public'],
  rate: 'sign_in',
  body: z.strictObject({ mfaToken: line({ max: 64 }).optional() }),
  bodyOptional: true,
  responses: { 200: options },
  refusals: ['sign_in_expired'],
});

export const signInWithPasskey = defineRoute({
  service,
  operationId: 'signInWithPasskey',
  method: 'POST',
  path: '/v1/sessions/passkey',
  summary: 'Sign in with a passkey alone: it is both factors',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z.strictObject({ response: passkeyAssertion }),
  responses: { 201: tokens },
  refusals: ['invalid_credentials', 'hook_unavailable'],
  cookies: true,
});
