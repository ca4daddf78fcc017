import { domainToASCII } from 'node:url';
import { parse } from 'tldts';

/** The name of the record by which a domain is proved still has to fit (RFC 1035 section 2.3.4). */
const mostCharacters = 253 - '_rollcall-challenge.'.length;
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** What else there is in a URL is cut off where a name is read, and is no part of one. */
const strange = /[^\p{L}\p{M}\p{N}.。-]/u;
const hostName = new RegExp(`^(?:${label}\\.)+${label}$`);

/**
 * A domain as DNS has it, whatever its spelling; undefined for what nobody can call their own: addresses, names that are in
 * no public zone, and public suffixes, of registries (`co.uk`) and of those who give names below theirs away (`github.io`).
 */
export const domainName = (text: string): string | undefined => {
  if (strange.test(text)) return undefined;
  const name = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  if (name.length > mostCharacters || !hostName.test(name)) return undefined;
  const { domain, isIp, isIcann, isPrivate } = parse(name, { allowPrivateDomains: true });
  return domain !== null && !isIp && (isIcann || isPrivate) ? name : undefined;
};

/** The domain of an e-mail address, in the form of {@link domainName}. */
export const domainOfAddress = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
