import { answer, handle } from '@rollcall/service-kit/call-context';
import { entityId } from '@rollcall/types/ids';
import * as routes from '@rollcall/types/routes/auth/identities';
import { proveFresh } from '../factors/freshness.ts';
import { unlinkIdentity } from '../identities/link-identity.ts';
import type { Ports } from '../ports.ts';
import { type Identity, listIdentities } from '../store/identities.ts';

export const identityHandlers = (ports: Ports) => [
  handle(routes.listIdentityProviders, async () => {
    const providers = [...ports.config.identityProviders.values()];
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

const kindOf = (type: string): 'redirect' | 'token' => (type === 'firebase' ? 'token' : 'redirect');

export const describedIdentity = ({ id, authType, issuer, externalId, createdAt, lastUsedAt }: Identity) => ({
  id: entityId.parse(id),
  authType,
  issuer,
  externalId,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
