import type { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import { OutgoingHttpError } from '@rollcall/service-kit/outgoing-http-error';
import { email } from '@rollcall/types/people';
import { line } from '@rollcall/types/text';
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { FirebaseProvider, Identified, IdentityFault } from './provider.ts';

/** Who an ID token of a Firebase project is about, if it is one. */
export type FirebaseVerifier = (provider: FirebaseProvider, idToken: string) => Promise<Identified | IdentityFault>;

/** For clocks that differ. */
const toleranceSeconds = 5;

const claims = z.object({
  sub: line({ min: 1, max: 128 }),
  auth_time: z.number(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
});

/**
 * Verifies ID tokens as Firebase says they are to be: RS256 by a key that Google publishes at the configured address and
 * the token names, from this project and for it, of somebody who has signed in before now. Nothing of where the keys are is
 * taken from the token.
 */
export const createFirebaseVerifier = (outgoing: OutgoingHttp): FirebaseVerifier => {
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysOf = (address: string): JWTVerifyGetKey => {
    const known = keySets.get(address);
    if (known) return known;
    const made = createRemoteJWKSet(new URL(address), {
      [customFetch]: (url, { headers, method, signal }) =>
        outgoing.call(url, { headers: Object.fromEntries(new Headers(headers)), method, signal }),
    });
    keySets.set(address, made);
    return made;
  };

  return async ({ issuer, projectId, keysUrl }, idToken) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(idToken, keysOf(keysUrl), {
        algorithms: ['RS256'],
        issuer,
        audience: projectId,
        requiredClaims: ['exp', 'iat', 'sub', 'auth_time'],
        maxTokenAge: '1h',
        clockTolerance: toleranceSeconds,
      });
      const read = claims.safeParse(payload);
      if (!read.success || protectedHeader.kid === undefined) return refused('ill-formed');
      if (read.data.auth_time > Date.now() / 1_000 + toleranceSeconds) return refused('auth_time');
      const address = read.data.email_verified ? email.safeParse(read.data.email).data : undefined;
      return { issuer, externalId: read.data.sub, verifiedEmail: address };
    } catch (error) {
      return faultOf(error);
    }
  };
};

const refused = (reason: string): IdentityFault => ({ fault: 'provider_refused', reason });

/** The keys did not come, or what came is none: that says nothing about the token. */
const withoutKeys: ReadonlySet<string> = new Set([
  errors.JOSEError.code,
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
]);

const faultOf = (error: unknown): IdentityFault => {
  if (error instanceof OutgoingHttpError) return { fault: 'provider_unavailable', reason: error.fault };
  if (!(error instanceof errors.JOSEError)) throw error;
  return withoutKeys.has(error.code) ? { fault: 'provider_unavailable', reason: error.code } : refused(error.code);
};
