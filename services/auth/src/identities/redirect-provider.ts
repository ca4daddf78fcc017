import { targetOf } from '@rollcall/service-kit/service-client';
import { entityId } from '@rollcall/types/ids';
import { completeIdentity } from '@rollcall/types/routes/auth/identities';
import type { Config } from '../config.ts';
import type { Ports } from '../ports.ts';
import { findEnabledProvider } from '../store/organization-providers.ts';
import { asProvider } from './organization-provider.ts';
import type { RedirectProvider } from './provider.ts';

/** One that the operator has configured, or that an organization has set up and not switched off. */
export const redirectProvider = async (
  { config, connection }: Pick<Ports, 'config' | 'connection'>,
  id: string,
): Promise<RedirectProvider | undefined> => {
  const configured = config.identityProviders.get(id);
  if (configured) return configured.type === 'firebase' ? undefined : configured;
  // No configured one has the form of such an id.
  if (!entityId.safeParse(id).success) return undefined;
  const found = await findEnabledProvider(connection.db, id);
  return found && asProvider(found);
};

/** Each provider has its own: what one of them sends back cannot be taken for another's (RFC 9700 section 4.4.2). */
export const callbackOf = ({ issuer }: Config, { id }: Pick<RedirectProvider, 'id'>): string =>
  issuer + targetOf(completeIdentity, { provider: id });

const nowhere: ReadonlySet<string> = new Set();

/** The private addresses that it may lead to: of an organization's, none that only the operator has named. */
export const privateHostsFor = (
  { outgoingPrivateHosts }: Config,
  { owner }: Pick<RedirectProvider, 'owner'>,
): ReadonlySet<string> => (owner && !owner.mayBePrivate ? nowhere : outgoingPrivateHosts);
