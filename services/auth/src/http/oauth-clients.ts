import { randomBytes } from 'node:crypto';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { clientAdded, clientChanged, clientRemoved } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/oauth-clients';
import { z } from 'zod';
import { needsSecret } from '../oauth/client-adapter.ts';
import type { Ports } from '../ports.ts';
import * as store from '../store/oauth-clients.ts';
import { removeRecordsOfClient } from '../store/oauth-records.ts';

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
    const wrong = judge(ports, body);
    return wrong ?? answer(201, await create(ports, body, context));
  }),

  handle(routes.readClient, async ({ params }) => {
    const client = await store.findClient(ports.connection.db, params.clientId);
    return client ? answer(200, described(client)) : refuse('not_found');
  }),

  handle(routes.updateClient, async ({ params, body }, context) => {
    const changed = await update(ports, params.clientId, body, context);
    return isRefusal(changed) ? changed : answer(200, described(changed));
  }),

  handle(routes.deleteClient, async ({ params }, { cause }) => {
    const isRemoved = await ports.events.transact(async (tx, emit) => {
      const client = await store.holdClient(tx, params.clientId);
      if (!client) return false;
      await removeRecordsOfClient(tx, client.id);
      await store.deleteClient(tx, client.id);
      const data = { clientId: client.id, name: client.settings.name };
      await emit(clientRemoved, { subject: client.id, data, cause });
      return true;
    });
    return isRemoved ? answer(200, { removed: true }) : refuse('not_found');
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

const described = ({ id, settings, disabledAt, createdAt }: store.OAuthClient) => ({
  id,
  ...settings,
  enabled: disabledAt === null,
  createdAt: createdAt.toISOString(),
});

const factsOf = ({ id, settings, disabledAt }: store.OAuthClient) => ({
  clientId: id,
  name: settings.name,
  enabled: disabledAt === null,
  scopes: settings.scopes,
});

/** What is wrong with the settings; what an application is given must not be good here. */
const judge = ({ config }: Ports, settings: routes.ClientSettings): Refusal | undefined => {
  const own = settings.resources.flatMap((uri, index) =>
    new URL(uri).origin === config.issuer
      ? [{ pointer: `/resources/${index}`, detail: 'must not be this service' }]
      : [],
  );
  const errors = [...routes.judgeClient(settings), ...own];
  if (errors.length === 0) return undefined;
  return refuse('invalid_input', {
    errors: errors.map(({ pointer, detail }) => ({ pointer: `/body${pointer}`, detail })),
  });
};

const create = async ({ events }: Ports, settings: routes.ClientSettings, { cause }: CallContext) => {
  const id = `client_${randomBytes(16).toString('base64url')}`;
  const secret = needsSecret(settings) ? newSecret() : null;
  const client = await events.transact(async (tx, emit) => {
    const stored = await store.insertClient(tx, id, settings);
    if (secret !== null) await store.replaceSecret(tx, id, digestOf(secret), 0);
    await emit(clientAdded, { subject: id, data: factsOf(stored), cause });
    return stored;
  });
  return { ...described(client), secret };
};

type Changes = Partial<routes.ClientSettings> & { readonly enabled?: boolean | undefined };

const update = (
  ports: Ports,
  id: string,
  { enabled, ...changes }: { [Name in keyof Changes]?: Changes[Name] | undefined },
  { cause }: CallContext,
): Promise<store.OAuthClient | Refusal> =>
  ports.events.transact(async (tx, emit) => {
    const client = await store.holdClient(tx, id);
    if (!client) return refuse('not_found');
    const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const settings = { ...client.settings, ...said };
    const wrong = judge(ports, settings);
    if (wrong) return wrong;
    const changed = await store.changeClient(tx, id, settings, enabled ?? client.disabledAt === null);
    if (!changed) return refuse('not_found');
    await emit(clientChanged, { subject: id, data: { ...factsOf(changed), secretRotated: false }, cause });
    return changed;
  });
