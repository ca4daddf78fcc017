import { randomBytes } from 'node:crypto';
import type { Cause } from '@rollcall/service-kit/actor';
import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { clientAdded, clientChanged, clientRemoved } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import {
  type ClientSettings,
  isResource,
  judgeClient,
  judgeOrganizationsClient,
} from '@rollcall/types/routes/auth/oauth-clients';
import type { Config } from '../config.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import * as store from '../store/oauth-clients.ts';
import { removeAccessTokensOfClient, removeRecordsOfClient } from '../store/oauth-records.ts';
import { needsSecret } from './client-adapter.ts';

export const factsOf = ({ id, settings, organizationId, disabledAt }: store.OAuthClient) => ({
  clientId: id,
  name: settings.name,
  enabled: disabledAt === null,
  scopes: settings.scopes,
  organizationId,
});

/** What is wrong with the settings. This service has one name as an API: of several, one would be overlooked. */
export const judgeSettings = (
  { issuer }: Pick<Config, 'issuer'>,
  settings: ClientSettings,
  organizationId: string | null = null,
): Refusal | undefined => {
  const detail = `must be an https address, or ${issuer} for this service`;
  const strange = settings.resources.flatMap((uri, index) =>
    isResource(uri, issuer) ? [] : [{ pointer: `/resources/${index}`, detail }],
  );
  const notTheirs = settings.serves.flatMap((uri, index) =>
    uri !== issuer && isResource(uri, issuer)
      ? []
      : [{ pointer: `/serves/${index}`, detail: 'must be an https address of its own' }],
  );
  const notOfOrganizations = organizationId === null ? [] : judgeOrganizationsClient(settings);
  const errors = [...judgeClient(settings), ...strange, ...notTheirs, ...notOfOrganizations];
  if (errors.length === 0) return undefined;
  return refuse('invalid_input', {
    errors: errors.map(({ pointer, detail }) => ({ pointer: `/body${pointer}`, detail })),
  });
};

/** Who stands behind an application, if not those who manage all of them. */
export interface Standing {
  /** Of one that registers itself: of what it may change that with. */
  readonly registrationDigest?: string | null;
  /** The organization that it belongs to. */
  readonly organizationId?: string | null | undefined;
}

export const addClient = async (
  { config, events }: Pick<Ports, 'config' | 'events'>,
  settings: ClientSettings,
  { registrationDigest = null, organizationId = null }: Standing,
  cause: Cause,
): Promise<{ readonly client: store.OAuthClient; readonly secret: string | null } | Refusal> => {
  const id = `client_${randomBytes(16).toString('base64url')}`;
  const secret = needsSecret(settings) ? newSecret() : null;
  const client = await events.transact(async (tx, emit) => {
    if (organizationId !== null && (await store.countClientsOf(tx, organizationId)) >= config.clientsEach) {
      return refuse('too_many_clients');
    }
    const stored = await store.insertClient(tx, { id, settings, registrationDigest, organizationId });
    if (secret !== null) await store.replaceSecret(tx, id, digestOf(secret), 0);
    await emit(clientAdded, { subject: id, data: factsOf(stored), cause });
    return stored;
  });
  return isRefusal(client) ? client : { client, secret };
};

type Settings = Partial<ClientSettings> & { readonly enabled?: boolean | undefined };
type Changes = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** @param decide what of it changes, by what it is when nobody else can change it any more */
export const updateClient = async (
  { config, events, feed }: Pick<Ports, 'config' | 'events' | 'feed'>,
  id: string,
  decide: (present: store.OAuthClient) => Changes | Refusal,
  cause: Cause,
): Promise<store.OAuthClient | Refusal> => {
  const outcome = await events.transact(async (tx, emit) => {
    const client = await store.holdClient(tx, id);
    if (!client) return refuse('not_found');
    const decided = decide(client);
    if (isRefusal(decided)) return decided;
    const { enabled, ...changes } = decided;
    const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const settings = { ...client.settings, ...said };
    const wrong = judgeSettings(config, settings, client.organizationId);
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

/**
 * With it goes everything that it was given.
 *
 * @param hold finds it, if it is still what is to be removed
 * @returns whether it was there
 */
export const removeClient = async (
  { config, events, feed }: Pick<Ports, 'config' | 'events' | 'feed'>,
  id: string,
  cause: Cause,
  hold = store.holdClient,
): Promise<boolean> => {
  const revoked = await events.transact(async (tx, emit) => {
    const client = await hold(tx, id);
    if (!client) return undefined;
    const tokens = await removeRecordsOfClient(tx, client.id);
    await store.deleteClient(tx, client.id);
    await emit(clientRemoved, { subject: client.id, data: { clientId: client.id, name: client.settings.name }, cause });
    return revokeTokens(config, tx, [], tokens);
  });
  feed.announce(revoked ?? []);
  return revoked !== undefined;
};
