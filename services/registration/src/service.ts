import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { createCleanUpWorker } from './clean-up.ts';
import { toConfig } from './config.ts';
import { createEnrolmentWorker } from './enrolment.ts';
import { handleCheckAvailability } from './http/check-availability.ts';
import { handleCreateIdentifiedAccount } from './http/create-identified-account.ts';
import { handleCreateUser } from './http/create-user.ts';
import { handleMintVerificationSecret } from './http/mint-verification-secret.ts';
import { handleReadDataKey } from './http/read-data-key.ts';
import { handleResendVerification } from './http/resend-verification.ts';
import { handleSetUpDevUser } from './http/set-up-dev-user.ts';
import { handleSignUp } from './http/sign-up.ts';
import { handleVerifyRegistration } from './http/verify-registration.ts';
import type { Ports } from './ports.ts';
import { createDataKeys } from './store/data-keys.ts';
import { peopleSnapshot } from './store/people-snapshot.ts';
import { eventTables, idempotencyKeys } from './store/schema.ts';

/** Sign-ups, e-mail addresses and usernames, their verification, and the keys of people's data in events. */
export const startRegistration = async (
  environment: Environment,
  directory: ServiceDirectory,
): Promise<RunningService> => {
  const config = toConfig(environment);
  const keys = createDataKeys(config.keyEncryptionSecret);
  const foundation = new ServiceFoundation({
    service: 'registration',
    variables: config.common,
    directory,
    tables: eventTables,
    idempotencyKeys,
    keySource: (connection) => (userId) => keys.read(connection.db, userId),
    snapshot: peopleSnapshot,
  });
  const { connection, personal, client, log, shutdown } = foundation;
  const events = foundation.joinEventPlane({});
  const ports: Ports = { config, connection, events, personal, keys, client, log };

  const running = foundation.run(
    [
      handleSignUp(ports),
      handleVerifyRegistration(ports),
      handleResendVerification(ports),
      handleCheckAvailability(ports),
      handleCreateUser(ports),
      handleCreateIdentifiedAccount(ports),
      handleMintVerificationSecret(ports),
      handleSetUpDevUser(ports),
      handleReadDataKey(ports),
    ],
    events,
  );
  for (const worker of [createEnrolmentWorker(ports), createCleanUpWorker(ports)]) {
    worker.start();
    shutdown.add('worker', () => worker.stop());
  }
  return running;
};
