/** The client that signing in with a password here counts as (RFC 9068 section 2.2 wants one named). */
export const firstPartyClient = 'rollcall';
