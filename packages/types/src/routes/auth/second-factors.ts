import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { presentedPassword } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';
import { passkeyAssertion } from './passkeys.ts';
import { challenge, cookieChoice, secondFactorMethod, tokens } from './sessions.ts';

const service = 'auth';

/** What somebody may type from an authenticator or a list of recovery codes: groups and blanks do not matter. */
const typedCode = line({ min: 1, max: 64 });

/** A second factor as it is presented: a code, or the answer of a passkey. */
const presentedFactor = z
  .strictObject({
    /** Unless it is in a cookie, as after a sign-in by a provider. */
    mfaToken: line({ max: 64 }).optional(),
    method: secondFactorMethod,
    code: typedCode.optional(),
    response: passkeyAssertion.optional(),
  })
  .refine(
    ({ method, code, response }) =>
      method === 'passkey'
        ? response !== undefined && code === undefined
        : code !== undefined && response === undefined,
    'must have a code, or for a passkey its response',
  );

export const completeSignIn = defineRoute({
  service,
  operationId: 'completeSignIn',
  method: 'POST',
  path: '/v1/sessions/mfa',
  summary: 'Complete a sign-in with a second factor',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: presentedFactor,
  responses: { 201: tokens },
  refusals: ['sign_in_expired', 'invalid_credentials', 'rate_limited', 'hook_unavailable'],
  cookies: true,
});

export const reauthenticate = defineRoute({
  service,
  operationId: 'reauthenticate',
  method: 'POST',
  path: '/v1/sessions/reauthenticate',
  summary: 'Prove once more who you are: new tokens with a fresh `auth_time`; the old ones end',
  callers: ['user'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z
    .strictObject({
      password: presentedPassword.optional(),
      /** The answer to `POST /v1/passkeys/authentication-options`. */
      passkey: passkeyAssertion.optional(),
    })
    .refine(
      (body) => (body.password === undefined) !== (body.passkey === undefined),
      'must have exactly one of password, passkey',
    ),
  responses: { 200: tokens.or(challenge) },
  refusals: ['invalid_credentials', 'rate_limited', 'overloaded', 'hook_unavailable'],
  cookies: true,
});

const totpFactor = z.object({
  id: entityId,
  name: z.string(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});

const factorName = line({ min: 1, max: 60 });
const totpParams = z.object({ factorId: entityId });

export const enrolTotp = defineRoute({
  service,
  operationId: 'enrolTotp',
  method: 'POST',
  path: '/v1/mfa/totp',
  summary:
    'Begin to use an authenticator app (RFC 6238): its secret, as text and as a QR code; it counts once confirmed',
  callers: ['user'],
  rate: 'sign_in',
  body: z.strictObject({ name: factorName.optional() }),
  bodyOptional: true,
  responses: {
    201: z.object({
      id: entityId,
      name: z.string(),
      /** In base32, for those who type it. */
      secret: z.string(),
      /** `otpauth://` as authenticator apps read it. */
      uri: z.string(),
      /** The same as a picture: SVG. */
      qr: z.string(),
      expiresAt: instant,
    }),
  },
  refusals: ['reauthentication_required', 'too_many_factors'],
});

export const confirmTotp = defineRoute({
  service,
  operationId: 'confirmTotp',
  method: 'POST',
  path: '/v1/mfa/totp/:factorId/confirm',
  summary:
    'Prove that the authenticator works; with the first factor come the recovery codes, which are shown this once',
  callers: ['user'],
  rate: 'sign_in',
  params: totpParams,
  body: z.strictObject({ code: typedCode, endOtherSessions: z.boolean().optional() }),
  responses: { 200: z.object({ ...totpFactor.shape, recoveryCodes: z.array(z.string()).nullable() }) },
  refusals: ['reauthentication_required', 'invalid_credentials', 'rate_limited'],
});

export const listTotp = defineRoute({
  service,
  operationId: 'listTotp',
  method: 'GET',
  path: '/v1/mfa/totp',
  summary: 'Your authenticator apps',
  callers: ['user'],
  rate: 'read',
  responses: { 200: z.object({ items: z.array(totpFactor) }) },
});

export const renameTotp = defineRoute({
  service,
  operationId: 'renameTotp',
  method: 'PATCH',
  path: '/v1/mfa/totp/:factorId',
  summary: 'Rename an authenticator app',
  callers: ['user'],
  rate: 'sign_in',
  params: totpParams,
  body: z.strictObject({ name: factorName }),
  responses: { 200: totpFactor },
  refusals: ['reauthentication_required'],
});

export const removeTotp = defineRoute({
  service,
  operationId: 'removeTotp',
  method: 'DELETE',
  path: '/v1/mfa/totp/:factorId',
  summary: 'Use an authenticator app no longer; with the last second factor go the recovery codes',
  callers: ['user'],
  rate: 'sign_in',
  params: totpParams,
  responses: { 200: z.object({ removed: z.boolean() }) },
  refusals: ['reauthentication_required'],
});

export const readRecoveryCodes = defineRoute({
  service,
  operationId: 'readRecoveryCodes',
  method: 'GET',
  path: '/v1/mfa/recovery-codes',
  summary: 'How many recovery codes are left',
  callers: ['user'],
  rate: 'read',
  responses: { 200: z.object({ left: z.int().nonnegative(), createdAt: instant.nullable() }) },
});

export const makeRecoveryCodes = defineRoute({
  service,
  operationId: 'makeRecoveryCodes',
  method: 'POST',
  path: '/v1/mfa/recovery-codes',
  summary: 'New recovery codes, which are shown this once; the old ones work no longer',
  callers: ['user'],
  rate: 'sign_in',
  responses: { 201: z.object({ codes: z.array(z.string()) }) },
  refusals: ['reauthentication_required', 'second_factor_needed'],
});

export const removeUserFactors = defineRoute({
  service,
  operationId: 'removeUserFactors',
  method: 'DELETE',
  path: '/v1/users/:userId/factors',
  summary:
    'For whoever has lost theirs: remove every second factor and the recovery codes of a person, who is signed out everywhere and told; of an administrator only another one may',
  callers: [{ permission: 'users.manage' }],
  rate: 'write',
  params: z.object({ userId }),
  responses: { 200: z.object({ removed: z.int().nonnegative(), ended: z.int().nonnegative() }) },
  refusals: ['reauthentication_required', 'forbidden'],
});
