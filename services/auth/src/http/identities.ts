import { answer, handle } from '@rollcall/service-kit/call-context';
import { entityId } from '@rollcall/types/ids';
import * as routes from '@rollcall/types/routes/auth/identities';
import { domainOfAddress } from '../domains/domain-name.ts';
import { proveFresh } from '../factors/freshness.ts';
import { unlinkIdentity } from '../identities/link-identity.ts';
import { asProvider } from '../identities/organization-provider.ts';
import type { RedirectProvider } from '../identities/provider.ts';
import type { Ports } from '../ports.ts';
import { type Identity, listIdentities } from '../store/identities.ts';
import { findHolder } from '../store/organization-domains.ts';
import { listProviders } from '../store/organization-providers.ts';

export const identityHandlers = (ports: Ports) => [
  handle(routes.listIdentityProviders, async ({ query }) => {
    const own = query.email === undefined ? [] : await providersFor(ports, query.email);
    const providers = [...ports.config.identityProviders.values(), ...own];
    const items = providers.map(({ id, name, type }) => ({ id, name, kind: kindOf(type) }));
    return answer(200, { items });
  }),

  handle(routes.listIdentities, async (_, { signedIn }) => {
    const found = await listIdentities(ports.connection.db, signedIn.userId);
    return answer(200, { items: found.map(describedIdentity) });
  }),

  handle(routes.unlinkIdentity, async ({ params }, context) => {
    const refused = (await proveFresh(ports, context)) ?? (await unlinkIdentity(ports, params.identityId, context));
    return refused ?? answer(200, { removed: true });
  }),
];

/** Those of the organization that has proved the domain. */
const providersFor = async ({ connection }: Ports, email: string): Promise<readonly RedirectProvider[]> => {
  const organizationId = await findHolder(connection.db, domainOfAddress(email));
  if (organizationId === undefined) return [];
  const providers = await listProviders(connection.db, organizationId);
  return providers.filter(({ enabled }) => enabled).map(asProvider);
};

const kindOf = (type: string): 'redirect' | 'token' => (type === 'firebase' ? 'token' : 'redirect');

export const describedIdentity = ({ id, authType, issuer, externalId, createdAt, lastUsedAt }: Identity) => ({
  id: entityId.parse(id),
  authType,
  issuer,
  externalId,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
