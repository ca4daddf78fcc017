import { deleteExpiredCounters } from '@rollcall/database/rate-limits';
import { newId } from '@rollcall/service-kit/identity';
import { Worker } from '@rollcall/service-kit/worker';
import { removeClient } from './oauth/change-clients.ts';
import type { Ports } from './ports.ts';
import { deleteOldApiKeys } from './store/api-keys.ts';
import { forgetUnconfirmed } from './store/credentials.ts';
import { deleteOldIdentitySignIns } from './store/identity-sign-ins.ts';
import { deleteOldMagicLinks } from './store/magic-links.ts';
import { deleteExpiredSecrets, findUnusedRegistered, holdUnused } from './store/oauth-clients.ts';
import { deleteExpiredParticipants } from './store/oauth-logouts.ts';
import { deleteExpiredRecords } from './store/oauth-records.ts';
import { deleteOldChallenges } from './store/passkey-challenges.ts';
import { deleteOldResets } from './store/password-resets.ts';
import { deleteOldPendingSignIns } from './store/pending-sign-ins.ts';
import { deleteExpiredRevocations } from './store/revocations.ts';
import { deleteOldNotices } from './store/security-notices.ts';
import { deleteOldSessions } from './store/sessions.ts';
import { deleteRetiredKeys } from './store/signing-keys.ts';
import { deleteUnconfirmedTotp } from './store/totp-factors.ts';

const batch = 1_000;

/** Deletes what is over. Nothing depends on when: every query looks at the time itself. */
export const createCleanUpWorker = (ports: Ports): Worker => {
  const { connection, log } = ports;
  return new Worker({
    name: 'clean-up',
    idleMilliseconds: 60_000,
    log,
    round: async () => {
      await forgetUnconfirmed(connection.db);
      await deleteOldResets(connection.db);
      await deleteOldMagicLinks(connection.db);
      await deleteOldNotices(connection.db);
      await deleteOldApiKeys(connection.db);
      await deleteUnconfirmedTotp(connection.db);
      await deleteOldChallenges(connection.db);
      await deleteOldPendingSignIns(connection.db);
      await deleteOldIdentitySignIns(connection.db);
      await deleteExpiredRevocations(connection.db);
      await deleteRetiredKeys(connection.db);
      await deleteExpiredCounters(connection.sql, 'auth');
      await deleteExpiredSecrets(connection.db);
      await deleteExpiredParticipants(connection.db);
      const cause = { actor: 'service:auth', correlationId: newId() };
      for (const id of await findUnusedRegistered(connection.db, 100)) await removeClient(ports, id, cause, holdUnused);
      const records = await deleteExpiredRecords(connection.db, batch);
      return (await deleteOldSessions(connection.db, batch)) === batch || records === batch;
    },
  });
};
