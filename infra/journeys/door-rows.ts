import type { ProblemCode } from '@rollcall/types/problems';

/** What may have become of a person, or of what they hold, since they got hold of it. */
export const forbiddenStates = [
  'unverified',
  'deactivated',
  'deactivated and reactivated',
  'signed out',
  'signed out by an administrator',
  'password changed elsewhere',
  'password reset',
  'used',
  'expired',
] as const;
export type ForbiddenState = (typeof forbiddenStates)[number];

/** What a door says in a state: the refusal, or the reason why it opens, or why nobody can stand there in that state. */
export type DoorAnswer = ProblemCode | 'refused with 401' | { readonly opens: string } | { readonly cannotBe: string };

/** A door without a row for a state does not compile. */
export type DoorRows = Readonly<Record<ForbiddenState, DoorAnswer>>;

const ownLife = { opens: 'a password does not end with a session' };
const noSession = { cannotBe: 'an address that nobody confirmed has no session' };

export const passwordRows: DoorRows = {
  unverified: 'invalid_credentials',
  deactivated: 'invalid_credentials',
  'deactivated and reactivated': { opens: 'whoever may come back signs in anew' },
  'signed out': ownLife,
  'signed out by an administrator': ownLife,
  'password changed elsewhere': 'invalid_credentials',
  'password reset': 'invalid_credentials',
  used: { opens: 'a password is used again and again' },
  expired: { cannotBe: 'passwords have no end' },
};

const outsideLife = { opens: 'an account with a provider is a way in of its own' };

export const identityRows: DoorRows = {
  unverified: { cannotBe: 'nothing is linked to an account that is not there yet' },
  deactivated: 'invalid_credentials',
  'deactivated and reactivated': { opens: 'whoever may come back signs in anew' },
  'signed out': outsideLife,
  'signed out by an administrator': outsideLife,
  'password changed elsewhere': outsideLife,
  'password reset': outsideLife,
  used: { opens: 'an ID token of Firebase is good for an hour' },
  expired: { cannotBe: 'here: its end is signed into it; the spec of the route has tokens that have expired' },
};

const everyEndOfASession = <Answer extends DoorAnswer>(answer: Answer) => ({
  unverified: noSession,
  deactivated: answer,
  'deactivated and reactivated': answer,
  'signed out': answer,
  'signed out by an administrator': answer,
  'password changed elsewhere': answer,
  'password reset': answer,
});

export const refreshRows: DoorRows = {
  ...everyEndOfASession('refresh_token_invalid'),
  used: 'refresh_token_invalid',
  expired: 'refresh_token_invalid',
};

/** Of what takes an access token. */
export const accessRows = (answer: DoorAnswer): DoorRows => ({
  ...everyEndOfASession(answer),
  used: { opens: 'an access token is good until it expires' },
  expired: { cannotBe: 'here: its end is signed into it; the verifier of the gateway has specs with its own clock' },
});

const noSessions = { opens: 'a key does not end with a session' };

/** Of a key that acts as a person. */
export const personalKeyRows: DoorRows = {
  unverified: noSession,
  deactivated: 'unauthenticated',
  'deactivated and reactivated': 'unauthenticated',
  'signed out': noSessions,
  'signed out by an administrator': 'unauthenticated',
  'password changed elsewhere': { opens: 'it is listed, told of and ended for itself, and proves no password' },
  'password reset': { opens: 'it is listed, told of and ended for itself, and proves no password' },
  used: { opens: 'a key is used again and again' },
  expired: 'unauthenticated',
};

const needsNoSession = { opens: 'whoever has the mail needs no session' };

export const resetLinkRows: DoorRows = {
  unverified: { cannotBe: 'an address that nobody confirmed is mailed no such link' },
  deactivated: 'token_invalid',
  'deactivated and reactivated': 'token_invalid',
  'signed out': needsNoSession,
  'signed out by an administrator': needsNoSession,
  'password changed elsewhere': 'token_invalid',
  'password reset': 'token_invalid',
  used: 'token_invalid',
  expired: 'token_invalid',
};

export const signInLinkRows: DoorRows = {
  ...resetLinkRows,
  'signed out by an administrator': 'token_invalid',
};

const noAccountYet = { cannotBe: 'there is no account yet' };

export const verificationLinkRows: DoorRows = {
  unverified: { opens: 'it is there for just them' },
  deactivated: noAccountYet,
  'deactivated and reactivated': noAccountYet,
  'signed out': noAccountYet,
  'signed out by an administrator': noAccountYet,
  'password changed elsewhere': noAccountYet,
  'password reset': noAccountYet,
  used: 'token_invalid',
  expired: 'token_invalid',
};
