import { type ProblemCode, problems, type Refusal, refuse } from '@rollcall/types/problems';
import type { z } from 'zod';
import { isMissing } from './input-messages.ts';

/** The RFC 9457 document for a refusal. `detail` and `errors` come from us alone, never from an exception. */
export const problemDocument = (refusal: Refusal, requestId: string) => ({
  type: `/docs/problems#${refusal.refused}`,
  title: problems[refusal.refused].title,
  status: problems[refusal.refused].status,
  ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
  instance: `urn:request:${requestId}`,
  code: refusal.refused satisfies ProblemCode,
  ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  ...(refusal.blockedBy === undefined ? {} : { blockedBy: refusal.blockedBy }),
});

/** The HTTP answer for a refusal. */
export const problemResponse = (refusal: Refusal, requestId: string): Response =>
  new Response(JSON.stringify(problemDocument(refusal, requestId)), {
    status: problems[refusal.refused].status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
      // RFC 9110 section 11.6.1: a 401 says how to authenticate; RFC 6750 section 3.1: so does a key that is good for too little.
      ...(problems[refusal.refused].status === 401 || refusal.refused === 'insufficient_scope'
        ? { 'www-authenticate': challengeOf(refusal) }
        : {}),
    },
  });

/** That the token is good, and the sign-in behind it not good enough, is told apart (RFC 9470 section 3). */
const challengeOf = ({ refused, stepUp = {}, scopes = [] }: Refusal): string => {
  if (refused === 'insufficient_scope') {
    return `Bearer ${['error="insufficient_scope"', ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : [])].join(', ')}`;
  }
  if (refused !== 'reauthentication_required' && refused !== 'second_factor_required') return 'Bearer';
  const acr = stepUp.acr === undefined ? [] : [`acr_values="${stepUp.acr}"`];
  const maxAge = stepUp.maxAgeSeconds === undefined ? [] : [`max_age="${stepUp.maxAgeSeconds}"`];
  return `Bearer ${['error="insufficient_user_authentication"', ...acr, ...maxAge].join(', ')}`;
};

// RFC 6901 section 3.
const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const maximumErrors = 20;

/** Turns a failed validation, which kept its input, into a refusal that names each field, below `root` ("/body", "/query", "/path"). */
export const inputRefusal = (error: z.ZodError, root: string, code: ProblemCode = 'invalid_input'): Refusal =>
  refuse(code, {
    errors: error.issues
      .flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => ({ pointer: root + pointer([...issue.path, key]), detail: 'is not a known field' }))
          : [{ pointer: root + pointer(issue.path), detail: isMissing(issue) ? 'is missing' : issue.message }],
      )
      .slice(0, maximumErrors)
      .map(({ pointer: at, detail }) => ({ pointer: at.slice(0, 200).toWellFormed(), detail })),
  });
