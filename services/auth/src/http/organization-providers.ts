import { settleClaim } from '@rollcall/database/idempotency-keys';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { identityProviderAdded, identityProviderChanged, identityProviderRemoved } from '@rollcall/types/events/auth';
import { type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/organization-providers';
import type { Config } from '../config.ts';
import { proveFresh } from '../factors/freshness.ts';
import { asProvider, judgeSettings } from '../identities/organization-provider.ts';
import { callbackOf } from '../identities/redirect-provider.ts';
import type { Ports } from '../ports.ts';
import * as store from '../store/organization-providers.ts';
import { idempotencyKeys } from '../store/schema.ts';
import { refuseUnlessGoverning } from './governed.ts';

export const organizationProviderHandlers = (ports: Ports) => [
  handle(routes.listOrganizationProviders, async ({ params: { organizationId } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const providers = await store.listProviders(ports.connection.db, organizationId);
    return answer(200, { items: providers.map((one) => described(ports.config, one)) });
  }),

  handle(
    routes.addOrganizationProvider,
    async ({ params: { organizationId }, body }, context) => {
      const refused = await refuseUnlessChanging(ports, organizationId, context);
      if (refused) return refused;
      const { clientSecret, signUp, enabled, ...settings } = body;
      const mayBePrivate = !isPublic(settings) && (await context.holds('clients.manage'));
      const wrong = judge(ports.config, settings, mayBePrivate);
      if (wrong) return wrong;
      const id = newId();
      const sealedSecret = await ports.providerSecretSeal.seal(id, clientSecret);
      return ports.events.transact(async (tx, emit) => {
        const present = await store.countProvidersOf(tx, organizationId);
        if (present >= ports.config.providersEach) return refuse('too_many_providers');
        const row = { id, organizationId, settings, sealedSecret, signUp, enabled, mayBePrivate };
        const provider = await store.insertProvider(tx, row);
        await emit(identityProviderAdded, { subject: id, data: factsOf(provider), cause: context.cause });
        const added = answer(201, described(ports.config, provider));
        await settleClaim(tx, idempotencyKeys, context.claim, added);
        return added;
      });
    },
    async ({ params }, context) => (await refuseUnlessGoverning(ports, params.organizationId, context)) ?? {},
  ),

  handle(routes.readOrganizationProvider, async ({ params: { organizationId, providerId } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const provider = await store.findProvider(ports.connection.db, organizationId, providerId);
    return provider ? answer(200, described(ports.config, provider)) : refuse('not_found');
  }),

  handle(routes.updateOrganizationProvider, async ({ params: { organizationId, providerId }, body }, context) => {
    const refused = await refuseUnlessChanging(ports, organizationId, context);
    if (refused) return refused;
    const { clientSecret, signUp, enabled, ...changes } = body;
    const secretChanged = clientSecret !== undefined;
    const sealed = secretChanged ? { sealedSecret: await ports.providerSecretSeal.seal(providerId, clientSecret) } : {};
    return ports.events.transact(async (tx, emit) => {
      const present = await store.holdProvider(tx, organizationId, providerId);
      if (!present) return refuse('not_found');
      const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const settings = { ...present.settings, ...said };
      // Whatever it has become, it can be switched off.
      const wrong = enabled === false ? undefined : judge(ports.config, settings, present.mayBePrivate);
      if (wrong) return wrong;
      const next = { settings, signUp: signUp ?? present.signUp, enabled: enabled ?? present.enabled, ...sealed };
      const provider = await store.changeProvider(tx, providerId, next);
      const data = { ...factsOf(provider), secretChanged };
      await emit(identityProviderChanged, { subject: providerId, data, cause: context.cause });
      return answer(200, described(ports.config, provider));
    });
  }),

  handle(routes.removeOrganizationProvider, async ({ params: { organizationId, providerId } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const removed = await ports.events.transact(async (tx, emit) => {
      const provider = await store.deleteProvider(tx, organizationId, providerId);
      if (!provider) return undefined;
      const data = { organizationId, name: asProvider(provider).name };
      await emit(identityProviderRemoved, { subject: providerId, data, cause: context.cause });
      return provider;
    });
    return removed ? answer(200, { removed: true }) : refuse('not_found');
  }),
];

/** To let people in by a provider is to hold a key to their accounts: a session that was found lying about is not enough. */
const refuseUnlessChanging = async (
  ports: Ports,
  organizationId: string,
  context: CallContext,
): Promise<Refusal | undefined> =>
  (await refuseUnlessGoverning(ports, organizationId, context)) ?? proveFresh(ports, context);

const isPublic = (settings: routes.ProviderSettings): boolean => judgeSettings(settings, new Set()).length === 0;

/** Addresses inside are for those whom the operator has given all applications to manage: anybody may found an organization. */
const judge = (config: Config, settings: routes.ProviderSettings, mayBePrivate: boolean): Refusal | undefined => {
  const errors = judgeSettings(settings, mayBePrivate ? config.outgoingPrivateHosts : new Set());
  return errors.length > 0 ? refuse('invalid_input', { errors }) : undefined;
};

const described = (config: Config, provider: store.OrganizationProvider) => ({
  ...provider.settings,
  id: provider.id,
  name: asProvider(provider).name,
  callbackUrl: callbackOf(config, provider),
  signUp: provider.signUp,
  enabled: provider.enabled,
  createdAt: provider.createdAt.toISOString(),
});

const factsOf = (provider: store.OrganizationProvider) => ({
  organizationId: provider.organizationId,
  name: asProvider(provider).name,
  enabled: provider.enabled,
  signUp: provider.signUp,
});
