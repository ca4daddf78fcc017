import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { consentWithdrawn } from '@rollcall/types/events/auth';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/oauth-interactions';
import { describeScope } from '@rollcall/types/scopes';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { deleteConsent, listConsents } from '../store/oauth-consents.ts';
import { removeRecordsOfClient } from '../store/oauth-records.ts';
import type { Granted } from '../store/tables/oauth.ts';

export const consentHandlers = ({ config, connection, events, feed }: Ports) => [
  handle(routes.listConsents, async ({ query }, { signedIn }) => {
    const after: readonly [string] | null | Refusal = decodeCursor(query.cursor, z.tuple([entityId]));
    if (isRefusal(after)) return after;
    const rows = await listConsents(connection.db, signedIn.userId, after?.[0] ?? null, query.limit + 1);
    const page = pageOf(
      rows,
      query.limit,
      ({ consent }) => [consent.id],
      ({ consent, settings }) => ({
        id: entityId.parse(consent.id),
        client: { id: consent.clientId, name: settings.name },
        scopes: described(consent.granted),
        givenAt: consent.givenAt.toISOString(),
      }),
    );
    return answer(200, page);
  }),

  handle(routes.withdrawConsent, async ({ params }, { signedIn, cause }) => {
    const { userId } = signedIn;
    const revoked = await events.transact(async (tx, emit) => {
      const consent = await deleteConsent(tx, userId, params.consentId);
      if (!consent) return undefined;
      const { clientId } = consent;
      const tokens = await removeRecordsOfClient(tx, clientId, userId);
      const data = { consentId: entityId.parse(consent.id), clientId };
      await emit(consentWithdrawn, { subject: userId, data, cause });
      return revokeTokens(config, tx, [], tokens);
    });
    feed.announce(revoked ?? []);
    return revoked ? answer(200, { withdrawn: true }) : refuse('not_found');
  }),
];

const described = ({ openid, resources }: Granted) =>
  [...new Set([...openid, ...Object.values(resources).flat()])]
    .map(describeScope)
    .map(({ name, description }) => ({ name, description }));
