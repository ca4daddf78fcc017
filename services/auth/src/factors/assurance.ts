/** How sure we may be who it is, as `acr` says it: `aal2` with a second factor (NIST SP 800-63B, by its short names). */
export const assurances = ['aal1', 'aal2'] as const;
export type Assurance = (typeof assurances)[number];

export const twoFactors: Assurance = 'aal2';

/** @param methods after RFC 8176, with `mfa` for more than one factor */
export const assuranceOf = (methods: readonly string[]): Assurance => (methods.includes('mfa') ? twoFactors : 'aal1');

/** Of the values that are asked for, those that there are. */
export const wantedAssurances = (acrValues: unknown): string[] =>
  typeof acrValues === 'string' ? acrValues.split(' ').filter((value) => assurances.some((one) => one === value)) : [];
