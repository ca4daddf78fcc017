import { z } from 'zod';
import { entityId, instant, userId } from '../ids.ts';
import {
  email,
  genderCode,
  mailedToken,
  newPassword,
  passwordHash,
  presentedPassword,
  profileFields,
  username,
} from '../people.ts';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'registration';

export const signUp = defineRoute({
  service,
  operationId: 'signUp',
  method: 'POST',
  path: '/v1/registrations',
  summary: 'Sign up: reserves the username and mails a link that confirms the address',
  callers: ['public'],
  rate: 'sign_up',
  body: z.strictObject({
    email,
    username,
    password: newPassword,
    profile: profileFields.optional(),
    /** The token printed at the first start; makes the first person of a production system its administrator. */
    setupToken: line({ max: 128 }).optional(),
  }),
  responses: { 202: z.object({ status: z.literal('verification_sent') }) },
  refusals: ['username_taken', 'weak_password', 'overloaded'],
  idempotent: true,
});

const completed = z.object({ userId });
const completing = z.object({ status: z.literal('completing'), userId });

export const verifyRegistration = defineRoute({
  service,
  operationId: 'verifyRegistration',
  method: 'POST',
  path: '/v1/registrations/verify',
  summary: 'Confirm the address with the token of the mailed link; the account then exists',
  callers: ['public'],
  rate: 'sign_in',
  body: z.strictObject({ token: mailedToken }),
  responses: { 200: completed, 202: completing },
  refusals: ['token_invalid'],
});

export const resendVerification = defineRoute({
  service,
  operationId: 'resendVerification',
  method: 'POST',
  path: '/v1/registrations/resend',
  summary: 'Mail a new link; the answer is the same whether or not anyone waits for one',
  callers: ['public'],
  rate: 'mail',
  body: z.strictObject({ email }),
  responses: { 202: z.object({ status: z.literal('accepted') }) },
});

export const checkAvailability = defineRoute({
  service,
  operationId: 'checkAvailability',
  method: 'GET',
  path: '/v1/registrations/availability',
  summary: 'Is a username free? E-mail addresses are nobody else’s business',
  callers: ['public'],
  rate: 'read',
  query: z.strictObject({ username }),
  responses: { 200: z.object({ available: z.boolean() }) },
});

export const showVerificationPage = defineRoute({
  service,
  operationId: 'showVerificationPage',
  method: 'GET',
  path: '/verify',
  summary: 'The page behind the mailed link: one button, because mail scanners open links',
  callers: ['public'],
  rate: 'read',
  query: z.object({ token: line({ max: 64 }).optional() }),
  responses: { 200: z.string() },
  html: true,
});

const createdUser = z.object({ id: userId, email, username, gender: genderCode.nullable(), verified: z.boolean() });

const newUser = z
  .strictObject({
    email,
    username,
    password: newPassword.optional(),
    /** In place of the password, of a verified user: as another system kept it, see {@link passwordHash}. */
    passwordHash: passwordHash.optional(),
    gender: genderCode.nullish(),
    /** By holders of `users.create` only: the address needs no confirmation. */
    verified: z.boolean().optional(),
  })
  .superRefine(({ password, passwordHash: hash, verified }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (password === undefined && hash === undefined) refuse('password', 'is missing');
    if (password !== undefined && hash !== undefined) refuse('passwordHash', 'must not stand beside a password');
    if (hash !== undefined && verified !== true) refuse('passwordHash', 'may be given of verified users only');
  });

export const createUser = defineRoute({
  service,
  operationId: 'createUser',
  method: 'POST',
  path: '/users/create',
  summary: 'Create a user (UserService); the account signs in once its address is confirmed',
  callers: ['public'],
  rate: 'sign_up',
  body: newUser,
  bodyMember: 'user',
  responses: { 201: createdUser },
  refusals: ['weak_password', 'overloaded', 'forbidden'],
  invalidInput: 'unprocessable',
  idempotent: true,
  tag: 'UserService',
});

export const mintVerificationSecret = defineRoute({
  service,
  operationId: 'mintVerificationSecret',
  method: 'POST',
  path: '/internal/verifications/:requestId/secret',
  summary: 'The secret of a verification mail, the same whenever it is asked for; from now on it works',
  callers: [{ service: 'notification' }],
  rate: 'internal',
  params: z.object({ requestId: entityId }),
  responses: { 200: z.object({ token: mailedToken, expiresAt: instant }) },
});

export const setUpDevUser = defineRoute({
  service,
  operationId: 'setUpDevUser',
  method: 'PUT',
  path: '/internal/dev-users/:username',
  summary: 'Make a confirmed account with any password, on a developer’s machine only; repeating it changes nothing',
  callers: [{ service: 'operator' }],
  rate: 'internal',
  params: z.object({ username }),
  body: z.strictObject({ email, password: presentedPassword }),
  responses: { 200: z.object({ userId, created: z.boolean() }) },
  refusals: ['forbidden', 'username_taken', 'unprocessable', 'overloaded'],
});

export const readDataKey = defineRoute({
  service,
  operationId: 'readDataKey',
  method: 'GET',
  path: '/internal/data-keys/:userId',
  summary: 'The key that seals a person’s values in events; gone once the person is erased',
  callers: [
    { service: 'auth' },
    { service: 'profile' },
    { service: 'role-permission' },
    { service: 'notification' },
    { service: 'activity-log' },
    { service: 'deactivation' },
  ],
  rate: 'internal',
  params: z.object({ userId }),
  responses: { 200: z.object({ key: z.string() }) },
});
