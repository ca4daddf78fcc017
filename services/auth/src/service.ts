import { connect } from '@rollcall/database/connect';
import { ServiceFoundation } from '@rollcall/events/service-foundation';
import { createBlockingHooks } from '@rollcall/service-kit/blocking-hooks';
import type { Environment } from '@rollcall/service-kit/environment';
import { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { createCleanUpWorker } from './clean-up.ts';
import { toConfig } from './config.ts';
import { createDomainRounds } from './domains/domain-rounds.ts';
import { createTxtLookup } from './domains/txt-lookup.ts';
import { createMailedCodeDigest } from './factors/mailed-code.ts';
import { createRecoveryDigest } from './factors/recovery-codes.ts';
import { createTotpSeal } from './factors/sealed-totp.ts';
import { apiKeyHandlers } from './http/api-keys.ts';
import { handleAuthenticateUser } from './http/authenticate-user.ts';
import { handleBeginIdentity } from './http/begin-identity.ts';
import { handleChangePassword } from './http/change-password.ts';
import { handleCompleteIdentity } from './http/complete-identity.ts';
import { handleCompleteIdentityByForm } from './http/complete-identity-by-form.ts';
import { handleCompleteSignIn } from './http/complete-sign-in.ts';
import { handleEnrolUser } from './http/enrol-user.ts';
import { firebaseHandlers } from './http/firebase.ts';
import { handleForgotPassword } from './http/forgot-password.ts';
import { heldTokenHandlers } from './http/held-tokens.ts';
import { identityHandlers } from './http/identities.ts';
import { handleImpersonateUser } from './http/impersonate-user.ts';
import { handleListScopes } from './http/list-scopes.ts';
import { handleListSessions, handleListUserSessions } from './http/list-sessions.ts';
import { magicLinkHandlers } from './http/magic-links.ts';
import { handleMintResetSecret } from './http/mint-reset-secret.ts';
import { clientHandlers } from './http/oauth-clients.ts';
import { consentHandlers } from './http/oauth-consents.ts';
import { interactionHandlers } from './http/oauth-interactions.ts';
import { oauthProtocolHandlers } from './http/oauth-protocol.ts';
import { registrationHandlers } from './http/oauth-registration.ts';
import { organizationDomainHandlers } from './http/organization-domains.ts';
import { organizationProviderHandlers } from './http/organization-providers.ts';
import { passkeyHandlers } from './http/passkeys.ts';
import { handleReadKeySet } from './http/read-key-set.ts';
import { handleReadRevocations } from './http/read-revocations.ts';
import { handleReadOpenIdConfiguration, handleReadServerMetadata } from './http/read-server-metadata.ts';
import { handleReadTokenHolder } from './http/read-token-holder.ts';
import { handleReauthenticate } from './http/reauthenticate.ts';
import { recoveryCodeHandlers } from './http/recovery-codes.ts';
import { handleRefreshSession } from './http/refresh-session.ts';
import { handleRemoveUserFactors } from './http/remove-user-factors.ts';
import { handleResetPassword } from './http/reset-password.ts';
import {
  handleRevokeOtherSessions,
  handleRevokeSession,
  handleRevokeUserSessions,
  handleSignOut,
} from './http/revoke-sessions.ts';
import { handleRotateSigningKey } from './http/rotate-signing-key.ts';
import { securityActionHandlers } from './http/security-actions.ts';
import { serviceAccountHandlers } from './http/service-accounts.ts';
import { handleSetUserAccess } from './http/set-user-access.ts';
import { handleSignIn } from './http/sign-in.ts';
import { handleSignInWithPasskey } from './http/sign-in-with-passkey.ts';
import { handleStoreDevCredential } from './http/store-dev-credential.ts';
import { handleStoreImportedCredential } from './http/store-imported-credential.ts';
import { handleStorePendingCredential } from './http/store-pending-credential.ts';
import { totpHandlers } from './http/totp-factors.ts';
import { createFirebaseVerifier } from './identities/firebase.ts';
import { createProviderClients } from './identities/provider-clients.ts';
import { createChecksSeal } from './identities/sealed-checks.ts';
import { createProviderSecretSeal } from './identities/sealed-provider-secret.ts';
import { clientDeadlineMilliseconds, createLogoutWorker } from './logouts/logout-worker.ts';
import { createProviders } from './oauth/provider.ts';
import { createRecordSeal } from './oauth/record-seal.ts';
import { createBreachLookup } from './passwords/breach-lookup.ts';
import { createPasswordHasher } from './passwords/password-hasher.ts';
import { createPasswordPolicy } from './passwords/password-policy.ts';
import { createSignInGuard } from './passwords/sign-in-guard.ts';
import { StrengthEstimator } from './passwords/strength-estimator.ts';
import { createStuffingWatch } from './passwords/stuffing-watch.ts';
import { sealOrigin } from './personal-origin.ts';
import type { Ports } from './ports.ts';
import { RefusedSignIns } from './refused-sign-ins.ts';
import { RevocationFeed } from './revocation-feed.ts';
import { credentialOf } from './store/credentials.ts';
import { eventTables, idempotencyKeys } from './store/schema.ts';
import { wasSignedInFrom } from './store/sessions.ts';
import { createKeyRotation } from './tokens/key-rotation.ts';
import { createSigningKeys } from './tokens/signing-keys.ts';

/** Credentials, sessions, tokens and the keys that sign them. */
export const startAuth = async (environment: Environment, directory: ServiceDirectory): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'auth',
    variables: config.common,
    directory,
    tables: eventTables,
    idempotencyKeys,
  });
  const { connection, personal, client, bus, checkPermission, log, shutdown } = foundation;
  const events = foundation.joinEventPlane({});
  const keys = createSigningKeys(connection, config.keyEncryptionSecret, config.accessTokenLifetimeMilliseconds);
  // Connections of its own: however busy the rest is, what was revoked is told.
  const lifeline = connect({ url: config.common.DATABASE_URL, name: 'rollcall auth revocations', max: 2 });
  shutdown.add('lifeline', () => lifeline.close());
  const feed = new RevocationFeed(lifeline, bus, log);
  const [hasher] = await Promise.all([
    createPasswordHasher(config.hashesAtOnce, config.passwordHashMemory),
    keys.ensure(),
  ]);
  const stuffing = createStuffingWatch({ sql: connection.sql, secret: config.keyEncryptionSecret, events });
  const guard = createSignInGuard({
    sql: connection.sql,
    secret: config.keyEncryptionSecret,
    missed: stuffing.missed,
    isKnownOrigin: (tried, origin) => wasSignedInFrom(connection.db, credentialOf(tried), origin),
  });
  const refusedSignIns = new RefusedSignIns({
    events,
    log,
    sealOrigin: (userId, hop) => sealOrigin({ personal, log }, userId, hop),
  });
  const totpSeal = createTotpSeal(config.keyEncryptionSecret);
  const mailedCodeDigest = createMailedCodeDigest(config.keyEncryptionSecret);
  const recoveryDigest = createRecoveryDigest(config.keyEncryptionSecret);
  const outgoing = new OutgoingHttp({
    privateHosts: config.outgoingPrivateHosts,
    deadline: config.providerDeadlineMilliseconds,
    // Most people come by one or two providers.
    atOnce: { inAll: 128, eachHost: 64 },
  });
  shutdown.add('outgoing', () => outgoing.close());
  // Apart from those that the operator has configured, and to nothing private that only the operator may name.
  const outgoingForOrganizations = new OutgoingHttp({
    privateHosts: new Set(),
    deadline: config.providerDeadlineMilliseconds,
    atOnce: { inAll: 128, eachHost: 16 },
  });
  shutdown.add('outgoing for organizations', () => outgoingForOrganizations.close());
  const providerSecretSeal = createProviderSecretSeal(config.keyEncryptionSecret);
  const identityPorts = {
    providerClients: createProviderClients({
      outgoingTo: ({ owner }) => (owner && !owner.mayBePrivate ? outgoingForOrganizations : outgoing),
      secretOf: ({ id, owner }) =>
        owner ? providerSecretSeal.open(id, owner.sealedSecret) : (config.identityProviderSecrets.get(id) ?? ''),
    }),
    checksSeal: createChecksSeal(config.keyEncryptionSecret),
    verifyFirebase: createFirebaseVerifier(outgoing),
    providerSecretSeal,
    lookUpTxt: createTxtLookup(config.dnsServers),
  };
  // Apart from the providers: hooks that hang leave sign-ins by those alone.
  const outgoingToHooks = new OutgoingHttp({
    privateHosts: config.outgoingPrivateHosts,
    sizeLimit: 16_384,
    atOnce: { inAll: 128, eachHost: 64 },
  });
  shutdown.add('outgoing to hooks', () => outgoingToHooks.close());
  const outgoingToClients = new OutgoingHttp({
    privateHosts: config.outgoingPrivateHosts,
    deadline: clientDeadlineMilliseconds,
    sizeLimit: 65_536,
    atOnce: { inAll: 128, eachHost: 64 },
  });
  shutdown.add('outgoing to applications', () => outgoingToClients.close());
  const askHooks = createBlockingHooks({
    hooks: config.blockingHooks.values(),
    secrets: config.blockingHookSecrets,
    outgoing: outgoingToHooks,
  });
  const estimator = new StrengthEstimator();
  shutdown.add('strength estimator', () => estimator.close());
  const hasLeaked = createBreachLookup(outgoing, config.breachedPasswordsUrl, log);
  const judgePassword = createPasswordPolicy(estimator, hasLeaked);
  const recordSeal = createRecordSeal(config.keyEncryptionSecret);
  const ports: Ports = {
    ...{ config, connection, events, personal, client, hasher, guard, keys, totpSeal, recoveryDigest },
    ...{
      mailedCodeDigest,
      judgePassword,
      recordSeal,
      feed,
      refusedSignIns,
      checkPermission,
      log,
      askHooks,
      stuffing,
      outgoingToClients,
      ...identityPorts,
    },
    provider: () => provider(),
  };
  const provider = createProviders(ports);

  const running = foundation.run(
    [
      handleSignIn(ports),
      handleSignInWithPasskey(ports),
      ...magicLinkHandlers(ports),
      ...securityActionHandlers(ports),
      handleCompleteSignIn(ports),
      handleReauthenticate(ports),
      handleRefreshSession(ports),
      handleListSessions(ports),
      handleSignOut(ports),
      handleRevokeSession(ports),
      handleRevokeOtherSessions(ports),
      handleListUserSessions(ports),
      handleRevokeUserSessions(ports),
      handleImpersonateUser(ports),
      ...apiKeyHandlers(ports),
      ...serviceAccountHandlers(ports),
      ...totpHandlers(ports),
      ...passkeyHandlers(ports),
      ...recoveryCodeHandlers(ports),
      handleRemoveUserFactors(ports),
      ...identityHandlers(ports),
      ...organizationDomainHandlers(ports),
      ...organizationProviderHandlers(ports),
      handleBeginIdentity(ports),
      handleCompleteIdentity(ports),
      handleCompleteIdentityByForm(ports),
      ...firebaseHandlers(ports),
      handleForgotPassword(ports),
      handleResetPassword(ports),
      handleChangePassword(ports),
      handleReadKeySet(ports),
      handleReadServerMetadata(ports),
      handleReadOpenIdConfiguration(ports),
      handleRotateSigningKey(ports),
      ...oauthProtocolHandlers(ports),
      ...interactionHandlers(ports),
      ...consentHandlers(ports),
      ...clientHandlers(ports),
      ...registrationHandlers(ports),
      handleListScopes(),
      ...heldTokenHandlers(ports),
      handleAuthenticateUser(ports),
      handleStorePendingCredential(ports),
      handleStoreImportedCredential(ports),
      handleStoreDevCredential(ports),
      handleEnrolUser(ports),
      handleSetUserAccess(ports),
      handleMintResetSecret(ports),
      handleReadTokenHolder(ports),
      handleReadRevocations(lifeline),
    ],
    events,
  );
  shutdown.add('refused sign-ins', () => refusedSignIns.stop());
  const maintenance = [createCleanUpWorker(ports), createKeyRotation(ports), createDomainRounds(ports)];
  for (const worker of [feed, ...maintenance, createLogoutWorker(ports)]) {
    worker.start();
    shutdown.add('worker', () => worker.stop());
  }
  return running;
};
