import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { clientChanged } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/oauth-clients';
import { z } from 'zod';
import { addClient, factsOf, judgeSettings, removeClient, updateClient } from '../oauth/change-clients.ts';
import { needsSecret } from '../oauth/client-adapter.ts';
import type { Ports } from '../ports.ts';
import * as store from '../store/oauth-clients.ts';
import { refuseUnlessGoverning } from './governed.ts';

export const clientHandlers = (ports: Ports) => [
  handle(routes.listClients, async ({ query }, context) => {
    const refused = await refuseUnlessManaging(ports, query.organization ?? null, context);
    if (refused) return refused;
    const after: readonly [string] | null | Refusal = decodeCursor(query.cursor, z.tuple([routes.clientId]));
    if (isRefusal(after)) return after;
    const rows = await store.listClients(ports.connection.db, query.organization, after?.[0] ?? null, query.limit + 1);
    return answer(
      200,
      pageOf(rows, query.limit, (row) => [row.id], described),
    );
  }),

  handle(routes.createClient, async ({ query: { organization }, body }, context) => {
    const refused = await refuseUnlessAdding(ports, organization, context);
    if (refused) return refused;
    const wrong = judgeSettings(ports.config, body, organization);
    if (wrong) return wrong;
    const added = await addClient(ports, body, { organizationId: organization }, context.cause);
    return isRefusal(added) ? added : answer(201, { ...described(added.client), secret: added.secret });
  }),

  handle(routes.readClient, async ({ params }, context) => {
    const client = await findManaged(ports, params.clientId, context);
    return isRefusal(client) ? client : answer(200, described(client));
  }),

  handle(routes.updateClient, async ({ params, body }, context) => {
    const client = await findManaged(ports, params.clientId, context);
    if (isRefusal(client)) return client;
    const changed = await updateClient(ports, client.id, () => body, context.cause);
    return isRefusal(changed) ? changed : answer(200, described(changed));
  }),

  handle(routes.deleteClient, async ({ params }, context) => {
    const client = await findManaged(ports, params.clientId, context);
    if (isRefusal(client)) return client;
    return (await removeClient(ports, client.id, context.cause)) ? answer(200, { removed: true }) : refuse('not_found');
  }),

  handle(routes.rotateClientSecret, async ({ params, body }, context) => {
    const managed = await findManaged(ports, params.clientId, context);
    if (isRefusal(managed)) return managed;
    const { cause } = context;
    const secret = newSecret();
    const refusal = await ports.events.transact(async (tx, emit) => {
      const client = await store.holdClient(tx, params.clientId);
      if (!client) return refuse('not_found');
      if (!needsSecret(client.settings)) return refuse('client_without_secret');
      await store.replaceSecret(tx, client.id, digestOf(secret), body.overlapSeconds);
      await emit(clientChanged, { subject: client.id, data: { ...factsOf(client), secretRotated: true }, cause });
      return undefined;
    });
    return refusal ?? answer(201, { secret });
  }),
];

const described = ({ id, settings, registrationDigest, organizationId, disabledAt, createdAt }: store.OAuthClient) => ({
  id,
  ...settings,
  enabled: disabledAt === null,
  selfRegistered: registrationDigest !== null,
  organizationId,
  createdAt: createdAt.toISOString(),
});

/** Whoever manages all applications, or governs the organization that one belongs to; to others none is there. */
const refuseUnlessManaging = async (
  ports: Ports,
  organizationId: string | null,
  context: CallContext,
): Promise<Refusal | undefined> => {
  if (await context.holds('clients.manage')) return undefined;
  return organizationId === null ? refuse('not_found') : refuseUnlessGoverning(ports, organizationId, context);
};

const refuseUnlessAdding = async (
  ports: Ports,
  organizationId: string | undefined,
  context: CallContext,
): Promise<Refusal | undefined> => {
  if (organizationId !== undefined) return refuseUnlessGoverning(ports, organizationId, context);
  return (await context.holds('clients.manage')) ? undefined : refuse('forbidden');
};

const findManaged = async (
  ports: Ports,
  clientId: string,
  context: CallContext,
): Promise<store.OAuthClient | Refusal> => {
  const client = await store.findClient(ports.connection.db, clientId);
  return (await refuseUnlessManaging(ports, client?.organizationId ?? null, context)) ?? client ?? refuse('not_found');
};
