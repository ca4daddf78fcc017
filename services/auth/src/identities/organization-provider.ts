import { hostAndPort, isConfidential } from '@rollcall/service-kit/private-hosts';
import { isPublicAddress } from '@rollcall/service-kit/public-address';
import { type InputError, type Refusal, refuse } from '@rollcall/types/problems';
import type { ProviderSettings } from '@rollcall/types/routes/auth/organization-providers';
import { domainOfAddress } from '../domains/domain-name.ts';
import type { Ports } from '../ports.ts';
import { findIdentity } from '../store/identities.ts';
import { findHolder } from '../store/organization-domains.ts';
import type { OrganizationProvider } from '../store/organization-providers.ts';
import { type Identified, organizationIssuerPrefix, type RedirectProvider } from './provider.ts';
import { redirectProviderOf } from './provider-config.ts';

/** As the protocol side knows providers. */
export const asProvider = (row: OrganizationProvider): RedirectProvider => {
  const { id, settings, signUp, organizationId, sealedSecret, mayBePrivate, version } = row;
  const owner = { organizationId, sealedSecret, mayBePrivate, version };
  return { ...redirectProviderOf({ id, signUp, ...settings }, (_, value) => value ?? ''), owner };
};

/** What is missing of a provider to be, and which of its addresses nobody is sent to. */
export const judgeSettings = (settings: ProviderSettings, privateHosts: ReadonlySet<string>): readonly InputError[] => {
  const errors: InputError[] = [];
  const need = (name: keyof ProviderSettings, value: string | undefined): string => {
    if (value === undefined) errors.push({ pointer: `/body/${name}`, detail: 'is missing' });
    return value ?? '';
  };
  redirectProviderOf({ id: '', signUp: true, ...settings }, need);
  for (const name of ['issuer', 'authorizationUrl', 'tokenUrl', 'userinfoUrl'] as const) {
    const given = settings[name];
    if (given !== undefined && !isReachable(new URL(given), privateHosts))
      errors.push({ pointer: `/body/${name}`, detail: 'must be an https address of the public Internet' });
  }
  return errors;
};

/** What a name leads to is judged whenever it is called. */
const isReachable = (url: URL, privateHosts: ReadonlySet<string>): boolean => {
  if (!isConfidential(url, privateHosts) || url.username !== '' || url.password !== '') return false;
  if (privateHosts.has(hostAndPort(url))) return true;
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isLiteral = /^[0-9.]+$/.test(literal) || literal.includes(':');
  return isLiteral ? isPublicAddress(literal) : url.hostname.includes('.') && !url.hostname.endsWith('.localhost');
};

/**
 * What an organization's provider says of somebody, as far as it counts: the provider speaks for addresses of the domains
 * that the organization has proved, and of nobody else. Whom it knows is known under the provider's own id, whatever issuer it
 * names: two organizations' providers never meet, nor does one meet a configured provider. Whom it knew by a domain that is
 * lost it knows no longer, whatever other domain was proved since.
 */
export const asFarAsItCounts = async (
  { connection }: Pick<Ports, 'connection'>,
  { id, owner }: RedirectProvider,
  identified: Identified,
): Promise<Identified | Refusal> => {
  if (!owner) return identified;
  const { verifiedEmail } = identified;
  if (verifiedEmail === undefined) return refuse('email_not_verified');
  const domain = domainOfAddress(verifiedEmail);
  const counted = { ...identified, issuer: organizationIssuerPrefix + id, domain };
  const known = await findIdentity(connection.db, counted);
  for (const one of new Set([domain, known?.domain ?? domain])) {
    if ((await findHolder(connection.db, one)) !== owner.organizationId) return refuse('email_outside_domains');
  }
  return counted;
};
