/**
 * Names of the cookies that carry tokens for browsers. Over https they have the `__Host-` prefix, which keeps other
 * hosts of the domain from planting them (RFC 6265bis section 4.1.3.2).
 */
export const cookieNames = (secure: boolean) => ({
  access: secure ? '__Host-rollcall_access' : 'rollcall_access',
  refresh: secure ? '__Host-rollcall_refresh' : 'rollcall_refresh',
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
