import { randomBytes } from 'node:crypto';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { clientAdded, clientChanged, clientRemoved } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/oauth-clients';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { needsSecret } from '../oauth/client-adapter.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import * as store from '../store/oauth-clients.ts';
import { removeAccessTokensOfClient, removeRecordsOfClient } from '../store/oauth-records.ts';

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
    const wrong = judge(ports.config, body);
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
    const revoked = await ports.events.transact(async (tx, emit) => {
      const client = await store.holdClient(tx, params.clientId);
      if (!client) return undefined;
      const tokens = await removeRecordsOfClient(tx, client.id);
      await store.deleteClient(tx, client.id);
      const data = { clientId: client.id, name: client.settings.name };
      await emit(clientRemoved, { subject: client.id, data, cause });
      return revokeTokens(ports.config, tx, [], tokens);
    });
    ports.feed.announce(revoked ?? []);
    return revoked ? answer(200, { removed: true }) : refuse('not_found');
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

/** What is wrong with the settings. This service has one name as an API: of several, one would be overlooked. */
const judge = ({ issuer }: Config, settings: routes.ClientSettings): Refusal | undefined => {
  const detail = `must be an https address, or ${issuer} for this service`;
  const strange = settings.resources.flatMap((uri, index) =>
    routes.isResource(uri, issuer) ? [] : [{ pointer: `/resources/${index}`, detail }],
  );
  const errors = [...routes.judgeClient(settings), ...strange];
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

const update = async (
  { config, events, feed }: Ports,
  id: string,
  { enabled, ...changes }: { [Name in keyof Changes]?: Changes[Name] | undefined },
  { cause }: CallContext,
): Promise<store.OAuthClient | Refusal> => {
  const outcome = await events.transact(async (tx, emit) => {
    const client = await store.holdClient(tx, id);
    if (!client) return refuse('not_found');
    const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const settings = { ...client.settings, ...said };
    const wrong = judge(config, settings);
    if (wrong) return wrong;
    const changed = await store.changeClient(tx, id, settings, enabled ?? client.disabledAt === null);
    if (!changed) return refuse('not_found');
    // What it holds was given for what it could ask for before.
    const tokens = await removeAccessTokensOfClient(tx, id);
    await emit(clientChanged, { subject: id, data: { ...factsOf(changed), secretRotated: false }, cause });
    return { changed, revoked: await revokeTokens(config, tx, [], tokens) };
  });
  if (isRefusal(outcome)) return outcome;
  feed.announce(outcome.revoked);
  return outcome.changed;
};
