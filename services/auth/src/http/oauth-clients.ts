import type { Cause } from '@rollcall/service-kit/actor';
import { answer, handle } from '@rollcall/service-kit/call-context';
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

export const clientHandlers = (ports: Ports) => [
  handle(routes.listClients, async ({ query }) => {
    const after: readonly [string] | null | Refusal = decodeCursor(query.cursor, z.tuple([routes.clientId]));
    if (isRefusal(after)) return after;
    const rows = await store.listClients(ports.connection.db, after?.[0] ?? null, query.limit + 1);
    return answer(
      200,
      pageOf(rows, query.limit, (row) => [row.id], described),
    );
  }),

  handle(routes.createClient, async ({ body }, context) => {
    const wrong = judgeSettings(ports.config, body);
    return wrong ?? answer(201, await create(ports, body, context.cause));
  }),

  handle(routes.readClient, async ({ params }) => {
    const client = await store.findClient(ports.connection.db, params.clientId);
    return client ? answer(200, described(client)) : refuse('not_found');
  }),

  handle(routes.updateClient, async ({ params, body }, context) => {
    const changed = await updateClient(ports, params.clientId, body, context.cause);
    return isRefusal(changed) ? changed : answer(200, described(changed));
  }),

  handle(routes.deleteClient, async ({ params }, { cause }) => {
    return (await removeClient(ports, params.clientId, cause)) ? answer(200, { removed: true }) : refuse('not_found');
  }),

  handle(routes.rotateClientSecret, async ({ params, body }, { cause }) => {
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

const described = ({ id, settings, registrationDigest, disabledAt, createdAt }: store.OAuthClient) => ({
  id,
  ...settings,
  enabled: disabledAt === null,
  selfRegistered: registrationDigest !== null,
  createdAt: createdAt.toISOString(),
});

const create = async (ports: Ports, settings: routes.ClientSettings, cause: Cause) => {
  const { client, secret } = await addClient(ports, settings, null, cause);
  return { ...described(client), secret };
};
