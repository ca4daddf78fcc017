import type { SignedIn } from '../store/signed-in.ts';

/** How sure we may be who it is: `aal2` with a second factor (NIST SP 800-63B, by its short names). */
export type Assurance = 'aal1' | 'aal2';
export const assurances: readonly Assurance[] = ['aal1', 'aal2'];

export const assuranceOf = (methods: readonly string[]): Assurance => (methods.includes('mfa') ? 'aal2' : 'aal1');

/** What the provider calls a sign-in. */
export const loginOf = ({ userId, methods, authenticatedAt }: SignedIn) => ({
  accountId: userId,
  loginTs: Math.floor(authenticatedAt.getTime() / 1_000),
  amr: [...methods],
  acr: assuranceOf(methods),
});

/** Of the values that are asked for, those that there are. */
export const wantedAssurances = (acrValues: unknown): string[] =>
  typeof acrValues === 'string' ? acrValues.split(' ').filter((value) => assurances.some((one) => one === value)) : [];
