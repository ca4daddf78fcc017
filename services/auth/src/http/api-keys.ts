import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/api-keys';
import { endKeys } from '../api-keys/end-keys.ts';
import { listKeysOf } from '../api-keys/list-keys.ts';
import { makeKey } from '../api-keys/make-key.ts';
import { proveFresh } from '../factors/freshness.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { holdCredential } from '../store/credentials.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';

export const apiKeyHandlers = (ports: Ports) => [
  handle(routes.listApiKeys, async ({ query }, { signedIn }) => {
    const page = await listKeysOf(ports, signedIn.userId, query);
    return isRefusal(page) ? page : answer(200, page);
  }),

  handle(routes.createApiKey, async ({ body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const owner = context.signedIn.userId;
    const made = await ports.events.transact(async (tx, emit) =>
      (await holdSignedIn(tx, context.signedIn))
        ? makeKey(tx, emit, 'person', owner, body, { createdBy: owner, until: null }, context.cause)
        : refuse('token_revoked'),
    );
    return isRefusal(made) ? made : answer(201, made);
  }),

  handle(routes.revokeApiKey, async ({ params }, { signedIn, cause }) => {
    const revoked = await ports.events.transact(async (tx, emit) => {
      await holdCredential(tx, signedIn.userId);
      const ended = await endKeys(tx, emit, signedIn.userId, params, 'revoked', cause);
      return revokeTokens(ports.config, tx, ended);
    });
    ports.feed.announce(revoked);
    return revoked.length > 0 ? answer(200, { revoked: true }) : refuse('not_found');
  }),
];
