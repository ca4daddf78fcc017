import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { deriveSecret, digestOf } from '@rollcall/service-kit/sealed-secret';
import { accountSecured, passwordResetRequested } from '@rollcall/types/events/auth';
import { entityId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/security-actions';
import { endKeysMade } from '../api-keys/end-keys.ts';
import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { takeBackSince } from '../store/additions.ts';
import { endAfter } from '../store/clock.ts';
import { holdUsable, setPassword } from '../store/credentials.ts';
import { addReset, voidResets } from '../store/password-resets.ts';
import * as store from '../store/security-notices.ts';

export const securityActionHandlers = (ports: Ports) => [
  handle(routes.mintSecurityNotice, async ({ params: { noticeId }, body }) => {
    const { config, connection } = ports;
    const notice = { id: noticeId, userId: body.userId, happenedAt: new Date(body.happenedAt) };
    const expiresAt = await endAfter(connection.db, config.securityNoticeMilliseconds);
    const token = await connection.db.transaction(async (tx) => {
      const salt = await store.saltOfNotice(tx, notice);
      if (salt === undefined) return undefined;
      const secret = deriveSecret(config.keyEncryptionSecret, salt, 'security notice');
      return (await store.mintNotice(tx, noticeId, digestOf(secret), expiresAt)) ? secret : undefined;
    });
    return token === undefined ? refuse('not_found') : answer(200, { token, expiresAt: expiresAt.toISOString() });
  }),

  handle(routes.secureAccount, async ({ body }, context) => {
    const { config, connection, events } = ports;
    const notice = await store.findNotice(connection.db, digestOf(body.token));
    if (!notice) return refuse('token_invalid');
    const { userId } = notice;
    const cause = { ...context.cause, actor: userId };
    // A factor is there before it is confirmed and told of, by so long at most.
    const since = new Date(notice.happenedAt.getTime() - config.enrolmentMilliseconds);
    const secured = await events.transact(async (tx, emit) => {
      if (!(await holdUsable(tx, userId, 'update')) || !(await store.useNotice(tx, notice))) return undefined;
      const { factors, identities, consents } = await takeBackSince(tx, userId, since);
      await setPassword(tx, userId, null, config.passwordsRemembered);
      await voidResets(tx, userId);
      const data = {
        since: since.toISOString(),
        factors: factors.map(({ factorId, kind }) => ({ factorId: entityId.parse(factorId), kind })),
        identities: identities.map(({ identityId, authType }) => ({
          identityId: entityId.parse(identityId),
          authType,
        })),
        consents,
      };
      await emit(accountSecured, { subject: userId, data, cause });
      const requestId = newId();
      await addReset(tx, requestId, userId);
      await emit(passwordResetRequested, { subject: userId, data: { requestId }, cause });
      const made = await endKeysMade(tx, emit, userId, since, cause);
      const ended = await endSessionsOf(config, tx, emit, userId, 'all', 'secured', cause);
      const revoked = [...ended, ...(await revokeTokens(config, tx, made))];
      return { revoked, removed: { factors: factors.length, identities: identities.length } };
    });
    if (!secured) return refuse('token_invalid');
    ports.feed.announce(secured.revoked);
    return answer(200, { status: 'secured', removed: secured.removed, ended: secured.revoked.length });
  }),
];
