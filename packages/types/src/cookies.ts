/**
 * Names of the cookies that carry tokens for browsers, and what else they keep. Over https they have the `__Host-` prefix, which keeps other
 * hosts of the domain from planting them (RFC 6265bis section 4.1.3.2).
 */
export const cookieNames = (secure: boolean) => ({
  access: secure ? '__Host-rollcall_access' : 'rollcall_access',
  refresh: secure ? '__Host-rollcall_refresh' : 'rollcall_refresh',
  /** Says that it is the browser in which a sign-in by a provider was begun. */
  identity: secure ? '__Host-rollcall_identity' : 'rollcall_identity',
  /** The token of a sign-in that awaits its second factor, for a browser that was sent back to a page. */
  mfa: secure ? '__Host-rollcall_mfa' : 'rollcall_mfa',
});

/** The value of one cookie of a `Cookie` header; undefined when it is missing, or there twice. */
export const readCookie = (header: string | null, name: string): string | undefined => {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
};
