import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { type UserId, userId } from '@rollcall/types/ids';
import { isOwnName } from '@rollcall/types/people';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { storePendingCredential } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import type { Enrolment } from '../store/schema.ts';
import { isUsernameFree } from '../store/usernames.ts';

export interface Applicant {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly enrolment: Enrolment;
}

export interface PreparedAccount {
  readonly id: UserId;
  /** Until when its username is reserved. */
  readonly expiresAt: Date;
}

export const usernameTaken: Refusal = refuse('username_taken', {
  errors: [{ pointer: '/body/username', detail: 'is taken' }],
});

const weakPassword: Refusal = refuse('weak_password', {
  errors: [{ pointer: '/body/password', detail: 'is among the passwords that are guessed first' }],
});

/**
 * What comes before anything is stored here: the username is free, and auth keeps the password. Without auth nothing
 * is kept anywhere, and a credential whose account never comes to be lapses by itself.
 */
export const prepareAccount = async (
  { connection, config, client }: Ports,
  applicant: Applicant,
  context: CallContext,
): Promise<PreparedAccount | Refusal> => {
  if (!(await isUsernameFree(connection.db, applicant.username))) return usernameTaken;
  if (isOwnName(applicant.password, applicant)) return weakPassword;

  const id = userId.parse(newId());
  const expiresAt = new Date(Date.now() + config.signUpLifetimeMilliseconds);
  // It outlives the sign-up: one that is confirmed in the last moment needs it until auth has been told.
  const lapsesAt = new Date(expiresAt.getTime() + config.enrolmentGraceMilliseconds);
  const stored = await client.call(storePendingCredential, {
    params: { userId: id },
    body: { password: applicant.password, expiresAt: lapsesAt.toISOString() },
    context: context.hop,
  });
  if (!isRefusal(stored)) return { id, expiresAt };
  if (stored.refused === 'weak_password') return weakPassword;
  if (stored.refused === 'overloaded') return { ...stored, retryAfterSeconds: 2 };
  // Anything else is between the two services, and none of the caller's business.
  throw new ServiceUnavailableError('auth', stored);
};
