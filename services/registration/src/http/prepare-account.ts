import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { type UserId, userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { storeImportedCredential, storePendingCredential } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import type { Enrolment } from '../store/schema.ts';
import { isUsernameFree } from '../store/usernames.ts';

export interface Applicant {
  readonly email: string;
  readonly username: string;
  /** As typed, or as another system has hashed it. */
  readonly secret: { readonly password: string } | { readonly passwordHash: string };
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
  errors: [{ pointer: '/body/password', detail: 'is too easy to guess: a few more words would do' }],
});

const unusableHash: Refusal = refuse('unprocessable', {
  errors: [{ pointer: '/body/passwordHash', detail: 'is of no kind, or of costs, that passwords are compared with' }],
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

  const id = userId.parse(newId());
  const expiresAt = new Date(Date.now() + config.signUpLifetimeMilliseconds);
  // It outlives the sign-up: one that is confirmed in the last moment needs it until auth has been told.
  const lapsesAt = new Date(expiresAt.getTime() + config.enrolmentGraceMilliseconds);
  const kept = { params: { userId: id }, context: context.hop };
  const until = { expiresAt: lapsesAt.toISOString() };
  const { secret } = applicant;
  const stored =
    'password' in secret
      ? await client.call(storePendingCredential, {
          ...kept,
          body: { ...secret, about: ownWordsOf(applicant), ...until },
        })
      : await client.call(storeImportedCredential, { ...kept, body: { ...secret, ...until } });
  if (!isRefusal(stored)) return { id, expiresAt };
  if (stored.refused === 'weak_password') return weakPassword;
  if (stored.refused === 'unprocessable') return unusableHash;
  if (stored.refused === 'overloaded') return { ...stored, retryAfterSeconds: 2 };
  // Anything else is between the two services, and none of the caller's business.
  throw new ServiceUnavailableError('auth', stored);
};

/** What an attacker who knows the person tries first. */
const ownWordsOf = ({ email, username, enrolment: { profile } }: Applicant): string[] => [
  email,
  username,
  ...Object.values(profile).filter((value) => typeof value === 'string'),
];
