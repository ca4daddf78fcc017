/** How far a sign-in assures who it was, as `acr` says it (OpenID Connect Core section 2). */
export const oneFactor = 'aal1';
export const twoFactors = 'aal2';

/** @param methods after RFC 8176, with `mfa` for more than one factor */
export const assuranceOf = (methods: readonly string[]): string => (methods.includes('mfa') ? twoFactors : oneFactor);
