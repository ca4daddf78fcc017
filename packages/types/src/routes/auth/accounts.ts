import { z } from 'zod';
import { instant, userId } from '../../ids.ts';
import { email, passwordHash, username } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';

export const storePendingCredential = defineRoute({
  service,
  operationId: 'storePendingCredential',
  method: 'PUT',
  path: '/internal/credentials/:userId',
  summary: 'Keep the password of a sign-up that is not verified yet; repeating it changes nothing',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({
    password: z.string().max(1024),
    /** Names of the person, which make a bad password. */
    about: z.array(z.string().max(1024)).max(16).optional(),
    expiresAt: instant,
  }),
  responses: { 200: z.object({ stored: z.boolean() }) },
  refusals: ['weak_password', 'overloaded'],
});

export const storeImportedCredential = defineRoute({
  ...storePendingCredential,
  operationId: 'storeImportedCredential',
  path: '/internal/imported-credentials/:userId',
  summary: 'Keep a password as another system has hashed it; repeating it changes nothing',
  body: z.strictObject({ passwordHash, expiresAt: instant }),
  refusals: ['unprocessable'],
});

export const storeDevCredential = defineRoute({
  ...storePendingCredential,
  operationId: 'storeDevCredential',
  path: '/internal/dev-credentials/:userId',
  summary: 'Keep any password, however weak, on a developer’s machine only; repeating it changes nothing',
  refusals: ['forbidden', 'overloaded'],
});

export const enrolUser = defineRoute({
  service,
  operationId: 'enrolUserInAuth',
  method: 'PUT',
  path: '/internal/users/:userId',
  summary: 'A verified person may sign in from now on; repeating it changes nothing',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ email, username }),
  responses: { 200: z.object({ enrolled: z.boolean() }) },
});

export const setUserAccess = defineRoute({
  service,
  operationId: 'setUserAccess',
  method: 'PUT',
  path: '/internal/users/:userId/access',
  summary: 'Shut or open every door of a person; shutting ends all sessions',
  callers: [{ service: 'deactivation' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({
    enabled: z.boolean(),
    /** In whose name; the calling service's own unless told. */
    actor: z.string().min(1).max(128).optional(),
  }),
  responses: { 200: z.object({ enabled: z.boolean() }) },
});
