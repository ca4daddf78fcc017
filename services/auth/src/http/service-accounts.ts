import { settleClaim } from '@rollcall/database/idempotency-keys';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { newServiceAccountId } from '@rollcall/service-kit/identity';
import { serviceAccountAdded, serviceAccountChanged, serviceAccountRemoved } from '@rollcall/types/events/auth';
import { userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/service-accounts';
import {
  checkAuthority,
  enrolServiceAccount,
  suspendServiceAccount,
} from '@rollcall/types/routes/role-permission/internal';
import { z } from 'zod';
import { endKeys } from '../api-keys/end-keys.ts';
import { listKeysOf } from '../api-keys/list-keys.ts';
import { makeKey } from '../api-keys/make-key.ts';
import { proveFresh } from '../factors/freshness.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';
import { idempotencyKeys } from '../store/schema.ts';
import * as store from '../store/service-accounts.ts';

export const serviceAccountHandlers = (ports: Ports) => [
  handle(routes.listServiceAccounts, async ({ query }) => {
    const after: readonly [string] | null | Refusal = decodeCursor(query.cursor, z.tuple([userId]));
    if (isRefusal(after)) return after;
    const rows = await store.listServiceAccounts(ports.connection.db, after?.[0] ?? null, query.limit + 1);
    return answer(
      200,
      pageOf(rows, query.limit, (row) => [row.id], described),
    );
  }),

  handle(routes.createServiceAccount, async ({ body }, { hop, cause, claim }) => {
    const id = userId.parse(newServiceAccountId());
    // First where rights are given: an account that nobody knows there could be given none.
    const enrolled = await ports.client.call(enrolServiceAccount, { params: { userId: id }, context: hop });
    if (isRefusal(enrolled)) return enrolled;
    return ports.events.transact(async (tx, emit) => {
      await emit(serviceAccountAdded, { subject: id, data: { name: body.name }, cause });
      const added = answer(201, described(await store.insertServiceAccount(tx, { id, ...body })));
      await settleClaim(tx, idempotencyKeys, claim, added);
      return added;
    });
  }),

  handle(routes.readServiceAccount, async ({ params }) => {
    const account = await store.findServiceAccount(ports.connection.db, params.serviceAccountId);
    return account ? answer(200, described(account)) : refuse('not_found');
  }),

  handle(routes.updateServiceAccount, async ({ params, body }, context) => {
    const id = params.serviceAccountId;
    const { cause } = context;
    if (!(await store.findServiceAccount(ports.connection.db, id))) return refuse('not_found');
    const weak = await powerless(ports, id, context);
    if (weak) return weak;
    const changed = await ports.events.transact(async (tx, emit) => {
      const account = await store.holdServiceAccount(tx, id);
      if (!account) return undefined;
      const { name = account.name, description = account.description } = body;
      if (name !== account.name || description !== account.description)
        await emit(serviceAccountChanged, { subject: id, data: { name }, cause });
      return store.describeServiceAccount(tx, id, { name, description });
    });
    return changed ? answer(200, described(changed)) : refuse('not_found');
  }),

  handle(routes.removeServiceAccount, async ({ params }, context) => {
    const removed = await remove(ports, params.serviceAccountId, context);
    return removed ?? answer(200, { removed: true });
  }),

  handle(routes.listServiceAccountKeys, async ({ params, query }) => {
    if (!(await store.findServiceAccount(ports.connection.db, params.serviceAccountId))) return refuse('not_found');
    const page = await listKeysOf(ports, params.serviceAccountId, query);
    return isRefusal(page) ? page : answer(200, page);
  }),

  handle(routes.createServiceAccountKey, async ({ params, body }, context) => {
    const id = params.serviceAccountId;
    if (!(await store.findServiceAccount(ports.connection.db, id))) return refuse('not_found');
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    // Whoever has a key does by it all that the account may: they have to hold that themselves, and for as long.
    const authority = await authorityOver(ports, id, context);
    if (isRefusal(authority)) return authority;
    if (!authority.mayRule || !authority.mayActAs) return refuse('forbidden');
    const until = authority.until === null ? null : new Date(authority.until);
    const maker = { createdBy: context.signedIn.userId, until };
    const made = await ports.events.transact(async (tx, emit) =>
      (await holdSignedIn(tx, context.signedIn)) && (await store.holdServiceAccount(tx, id))
        ? makeKey(tx, emit, 'serviceAccount', id, body, maker, context.cause)
        : refuse('not_found'),
    );
    return isRefusal(made) ? made : answer(201, made);
  }),

  handle(routes.revokeServiceAccountKey, async ({ params: { serviceAccountId, keyId } }, context) => {
    const { cause } = context;
    if (!(await store.findServiceAccount(ports.connection.db, serviceAccountId))) return refuse('not_found');
    const weak = await powerless(ports, serviceAccountId, context);
    if (weak) return weak;
    const revoked = await ports.events.transact(async (tx, emit) => {
      if (!(await store.holdServiceAccount(tx, serviceAccountId))) return [];
      const ended = await endKeys(tx, emit, serviceAccountId, { keyId }, 'revoked', cause);
      return revokeTokens(ports.config, tx, ended);
    });
    ports.feed.announce(revoked);
    return revoked.length > 0 ? answer(200, { revoked: true }) : refuse('not_found');
  }),
];

const described = ({ id, name, description, createdAt }: store.ServiceAccount) => ({
  id: userId.parse(id),
  name,
  description,
  createdAt: createdAt.toISOString(),
});

/** What power somebody has over a service account. */
const authorityOver = async ({ client }: Ports, id: string, { signedIn, hop }: CallContext) => {
  const body = { actor: signedIn.userId, userId: userId.parse(id) };
  const checked = await client.call(checkAuthority, { body, context: hop });
  return isRefusal(checked) ? checked : checked.body;
};

/** Over one that is an administrator only administrators have any. */
const powerless = async (ports: Ports, id: string, context: CallContext): Promise<Refusal | undefined> => {
  const authority = await authorityOver(ports, id, context);
  if (isRefusal(authority)) return authority;
  return authority.mayRule ? undefined : refuse('forbidden');
};

/** Its rights first, which may not be taken from the last administrator; a call that breaks off is simply made again. */
const remove = async (ports: Ports, id: string, context: CallContext): Promise<Refusal | undefined> => {
  if (!(await store.findServiceAccount(ports.connection.db, id))) return refuse('not_found');
  const weak = await powerless(ports, id, context);
  if (weak) return weak;
  const suspended = await ports.client.call(suspendServiceAccount, {
    params: { userId: userId.parse(id) },
    context: context.hop,
  });
  if (isRefusal(suspended)) return suspended;
  const revoked = await ports.events.transact(async (tx, emit) => {
    const account = await store.holdServiceAccount(tx, id);
    if (!account) return undefined;
    const ended = await endKeys(tx, emit, id, 'all', 'removed', context.cause);
    await emit(serviceAccountRemoved, { subject: id, data: { name: account.name }, cause: context.cause });
    await store.markRemoved(tx, id);
    return revokeTokens(ports.config, tx, ended);
  });
  if (!revoked) return refuse('not_found');
  ports.feed.announce(revoked);
  return undefined;
};
