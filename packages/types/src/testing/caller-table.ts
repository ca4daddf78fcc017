import { type ServiceName, serviceNames, statefulServices } from '../services.ts';
import { answerOf, type ExpectedAnswer, linesOf } from './caller-lines.ts';

/**
 * Who may do what, judged by hand: every route there is × every kind of caller, each line decided by reading what the
 * route is for, never by reading its declaration. The spec beside the declarations holds the two against each other;
 * the journeys carry every public line out through the gateway.
 *
 * Columns: the operation; its address; who it is for (`P` anyone, `K` whoever signs the request, `U` any signed-in person,
 * `S` the person named by the path, else a permission); then what each kind of caller is answered, in the order of {@link callerKinds}.
 *
 * Answers: a status where the call is carried out, `signin` (401), `ended` (401, the token has stopped), `forbid` (403,
 * where it is no secret that the thing exists), `hidden` (404, as for a thing that does not exist), `-` where there is
 * no such caller. A line that ends in "when …" is about a special input of the operation above it.
 */
const publicLines = `
                                                                                                                     nobody stranger  self holder other admin  ended
signUp                          POST   /v1/registrations                     P                                          202      202     -      -   202   202    202
verifyRegistration              POST   /v1/registrations/verify              P                                          200      200     -      -   200   200    200
resendVerification              POST   /v1/registrations/resend              P                                          202      202     -      -   202   202    202
checkAvailability               GET    /v1/registrations/availability        P                                          200      200     -      -   200   200    200
createUser                      POST   /users/create                         P                                          201      201     -      -   201   201    201
createUser                      POST   /users/create                         users.create                            forbid   forbid     -    201 forbid   201 forbid  when verified

signIn                          POST   /v1/sessions                          P                                          201      201     -      -   201   201    201
refreshSession                  POST   /v1/sessions/refresh                  P                                          200      200     -      -   200   200    200
listSessions                    GET    /v1/sessions                          U                                       signin      200     -      -   200   200  ended
signOut                         DELETE /v1/sessions/current                  U                                       signin      200     -      -   200   200  ended
revokeSession                   DELETE /v1/sessions/:sessionId               U                                       signin      200     -      -   200   200  ended
revokeSession                   DELETE /v1/sessions/:sessionId               U                                       signin   hidden     -      - hidden hidden ended  when another's
revokeOtherSessions             DELETE /v1/sessions                          U                                       signin      200     -      -   200   200  ended
listUserSessions                GET    /v1/users/:userId/sessions            sessions.manage                         signin   hidden hidden   200 hidden  200  ended
revokeUserSessions              DELETE /v1/users/:userId/sessions            sessions.manage                         signin   hidden hidden   200 hidden  200  ended
impersonateUser                 POST   /v1/users/:userId/impersonate         users.impersonate                       signin   hidden hidden   201 hidden  201  ended
completeSignIn                  POST   /v1/sessions/mfa                      P                                          201      201     -      -   201   201    201
reauthenticate                  POST   /v1/sessions/reauthenticate           U                                       signin      200     -      -   200   200  ended
enrolTotp                       POST   /v1/mfa/totp                          U                                       signin      201     -      -   201   201  ended
confirmTotp                     POST   /v1/mfa/totp/:factorId/confirm        U                                       signin      200     -      -   200   200  ended
confirmTotp                     POST   /v1/mfa/totp/:factorId/confirm        U                                       signin   hidden     -      - hidden hidden ended  when another's
listTotp                        GET    /v1/mfa/totp                          U                                       signin      200     -      -   200   200  ended
renameTotp                      PATCH  /v1/mfa/totp/:factorId                U                                       signin      200     -      -   200   200  ended
renameTotp                      PATCH  /v1/mfa/totp/:factorId                U                                       signin   hidden     -      - hidden hidden ended  when another's
removeTotp                      DELETE /v1/mfa/totp/:factorId                U                                       signin      200     -      -   200   200  ended
removeTotp                      DELETE /v1/mfa/totp/:factorId                U                                       signin   hidden     -      - hidden hidden ended  when another's
removeUserFactors               DELETE /v1/users/:userId/factors             users.manage                            signin   hidden hidden   200 hidden  200  ended
readRecoveryCodes               GET    /v1/mfa/recovery-codes                U                                       signin      200     -      -   200   200  ended
makeRecoveryCodes               POST   /v1/mfa/recovery-codes                U                                       signin      201     -      -   201   201  ended
beginPasskey                    POST   /v1/passkeys/registration-options     U                                       signin      200     -      -   200   200  ended
addPasskey                      POST   /v1/passkeys                          U                                       signin      201     -      -   201   201  ended
listPasskeys                    GET    /v1/passkeys                          U                                       signin      200     -      -   200   200  ended
renamePasskey                   PATCH  /v1/passkeys/:passkeyId               U                                       signin      200     -      -   200   200  ended
renamePasskey                   PATCH  /v1/passkeys/:passkeyId               U                                       signin   hidden     -      - hidden hidden ended  when another's
removePasskey                   DELETE /v1/passkeys/:passkeyId               U                                       signin      200     -      -   200   200  ended
removePasskey                   DELETE /v1/passkeys/:passkeyId               U                                       signin   hidden     -      - hidden hidden ended  when another's
askForPasskey                   POST   /v1/passkeys/authentication-options   P                                          200      200     -      -   200   200    200
signInWithPasskey               POST   /v1/sessions/passkey                  P                                          201      201     -      -   201   201    201
askForMagicLink                 POST   /v1/magic-links                       P                                          202      202     -      -   202   202    202
signInByMail                    POST   /v1/sessions/magic-link               P                                          201      201     -      -   201   201    201
secureAccount                   POST   /v1/security-actions                  P                                          200      200     -      -   200   200    200
listApiKeys                     GET    /v1/api-keys                          U                                       signin      200     -      -   200   200  ended
createApiKey                    POST   /v1/api-keys                          U                                       signin      201     -      -   201   201  ended
revokeApiKey                    DELETE /v1/api-keys/:keyId                   U                                       signin      200     -      -   200   200  ended
revokeApiKey                    DELETE /v1/api-keys/:keyId                   U                                       signin   hidden     -      - hidden hidden ended  when another's
listServiceAccounts             GET    /v1/service-accounts                  service_accounts.manage                 signin   hidden     -    200 hidden  200  ended
createServiceAccount            POST   /v1/service-accounts                  service_accounts.manage                 signin   forbid     -    201 forbid  201  ended
readServiceAccount              GET    /v1/service-accounts/:serviceAccountId service_accounts.manage                signin   hidden     -    200 hidden  200  ended
updateServiceAccount            PATCH  /v1/service-accounts/:serviceAccountId service_accounts.manage                signin   hidden     -    200 hidden  200  ended
removeServiceAccount            DELETE /v1/service-accounts/:serviceAccountId service_accounts.manage                signin   hidden     -    200 hidden  200  ended
listServiceAccountKeys          GET    /v1/service-accounts/:serviceAccountId/keys service_accounts.manage           signin   hidden     -    200 hidden  200  ended
createServiceAccountKey         POST   /v1/service-accounts/:serviceAccountId/keys service_accounts.manage           signin   hidden     -    201 hidden  201  ended
createServiceAccountKey         POST   /v1/service-accounts/:serviceAccountId/keys service_accounts.manage           signin   hidden     - forbid hidden  201  ended  when an administrator's
revokeServiceAccountKey         DELETE /v1/service-accounts/:serviceAccountId/keys/:keyId service_accounts.manage    signin   hidden     -    200 hidden  200  ended
listIdentityProviders           GET    /v1/identity-providers                P                                          200      200     -      -   200   200    200
beginIdentity                   POST   /v1/identities/:provider/begin        P                                          201      201     -      -   201   201    201
completeIdentity                GET    /v1/identities/:provider/callback     P                                          303      303     -      -   303   303    303
completeIdentityByForm          POST   /v1/identities/:provider/callback     P                                          303      303     -      -   303   303    303
listIdentities                  GET    /v1/identities                        U                                       signin      200     -      -   200   200  ended
unlinkIdentity                  DELETE /v1/identities/:identityId            U                                       signin      200     -      -   200   200  ended
unlinkIdentity                  DELETE /v1/identities/:identityId            U                                       signin   hidden     -      - hidden hidden ended  when another's
signInWithFirebase              POST   /v1/identities/firebase               P                                          201      201     -      -   201   201    201
linkFirebase                    POST   /v1/identities/firebase/link          U                                       signin      201     -      -   201   201  ended
forgotPassword                  POST   /v1/password/forgot                   P                                          202      202     -      -   202   202    202
resetPassword                   POST   /v1/password/reset                    P                                          200      200     -      -   200   200    200
changePassword                  PUT    /v1/password                          U                                       signin      200     -      -   200   200  ended
readKeySet                      GET    /.well-known/jwks.json                P                                          200      200     -      -   200   200    200
readServerMetadata              GET    /.well-known/oauth-authorization-server P                                        200      200     -      -   200   200    200
readOpenIdConfiguration         GET    /.well-known/openid-configuration     P                                          200      200     -      -   200   200    200
rotateSigningKey                POST   /v1/keys/rotate                       keys.manage                             signin   forbid     -    201 forbid  201  ended
listScopes                      GET    /v1/scopes                            P                                          200      200     -      -   200   200    200
readInteraction                 GET    /v1/oauth/interactions/:uid           P                                          200      200     -      -   200   200    200
decideInteraction               POST   /v1/oauth/interactions/:uid           U                                       signin      200     -      -   200   200  ended
listConsents                    GET    /v1/oauth/consents                    U                                       signin      200     -      -   200   200  ended
withdrawConsent                 DELETE /v1/oauth/consents/:consentId         U                                       signin      200     -      -   200   200  ended
withdrawConsent                 DELETE /v1/oauth/consents/:consentId         U                                       signin   hidden     -      - hidden hidden ended  when another's
introspectAnyToken              POST   /v1/tokens/introspect                 tokens.introspect                       signin   forbid     -    200 forbid  200  ended
revokeAnyToken                  POST   /v1/tokens/revoke                     tokens.introspect                       signin   forbid     -    200 forbid  200  ended
authenticateUser                POST   /users/authenticate                   P                                          200      200     -      -   200   200    200

readUser                        GET    /v1/users/:userId                     U                                       signin      200   200      -   200   200  ended
updateUser                      PATCH  /v1/users/:userId                     S,users.manage                          signin   hidden   200    200 hidden  200  ended
updateUser                      PATCH  /v1/users/:userId                     users.manage                            signin   hidden forbid   200 hidden  200  ended  when externalIds
listGenders                     GET    /v1/genders                           P                                          200      200     -      -   200   200    200
readUserServiceUser             GET    /users/:userId                        U                                       signin      200   200      -   200   200  ended
readUserServiceUser             GET    /users/:userId                        S,permissions.read                      signin   hidden   200    200 hidden  200  ended  when permission

listPermissions                 GET    /v1/permissions                       U                                       signin      200     -      -   200   200  ended
createPermission                POST   /v1/permissions                       permissions.manage                      signin   forbid     -    201 forbid  201  ended
readPermission                  GET    /v1/permissions/:name                 permissions.manage                      signin   hidden     -    200 hidden  200  ended
describePermission              PATCH  /v1/permissions/:name                 permissions.manage                      signin   hidden     -    200 hidden  200  ended
deletePermission                DELETE /v1/permissions/:name                 permissions.manage                      signin   hidden     -    200 hidden  200  ended
listGroups                      GET    /v1/groups                           U                                        signin     200       -       -     200     200   ended
createGroup                     POST   /v1/groups                           groups.manage                            signin  forbid       -     201  forbid     201   ended
describeGroup                   PATCH  /v1/groups/:groupId                  groups.manage                            signin  hidden       -     200  hidden     200   ended
deleteGroup                     DELETE /v1/groups/:groupId                  groups.manage                            signin  hidden       -     200  hidden     200   ended
grantGroupPermission            PUT    /v1/groups/:groupId/permissions/:name permissions.grant                        signin  hidden       -     200  hidden     200   ended
revokeGroupPermission           DELETE /v1/groups/:groupId/permissions/:name permissions.grant                        signin  hidden       -     200  hidden     200   ended
listPlans                       GET    /v1/plans                            P                                           200     200       -       -     200     200     200
setOrganizationPlan             PUT    /v1/organizations/:organizationId/plan plans.manage                             signin  hidden       -     200  hidden     200   ended
receiveBillingEvent             POST   /v1/billing/events                   K                                           200     200       -       -     200     200     200
verifyAccess                    GET    /v1/access/verify                    access.read                              signin  hidden       -     200  hidden     200   ended
createOrganization              POST   /v1/organizations                     U                                       signin      201     -      -   201   201  ended
listOrganizations               GET    /v1/organizations                     U                                       signin      200     -      -   200   200  ended
listTeams                       GET    /v1/teams                             U                                       signin      200     -      -   200   200  ended
listProjects                    GET    /v1/projects                          U                                       signin      200     -      -   200   200  ended
listAccessEvents                GET    /v1/access/events                     U                                       signin      200     -      -   200   200  ended
listDeletedItems                GET    /v1/deleted-items                     U                                       signin      200     -      -   200   200  ended

listUserServicePermissions      GET    /permissions                          U                                       signin      200     -      -   200   200  ended
createUserServicePermission     POST   /permissions/create                   permissions.manage                      signin   forbid     -    201 forbid  201  ended

listActivity                    GET    /v1/activity                          U                                       signin      200     -      -   200   200  ended
deactivateUser                  POST   /v1/users/:userId/deactivate          S,users.manage                          signin   hidden   200    200 hidden  200  ended
reactivateUser                  POST   /v1/users/:userId/reactivate          users.manage                            signin   hidden hidden   200 hidden  200  ended

showVerificationPage            GET    /verify                               P                                          200      200     -      -   200   200    200
showResetPage                   GET    /reset-password                       P                                          200      200     -      -   200   200    200
showSignInPage                  GET    /sign-in                              P                                          200      200     -      -   200   200    200
showSignUpPage                  GET    /sign-up                              P                                          200      200     -      -   200   200    200
showForgotPasswordPage          GET    /forgot-password                      P                                          200      200     -      -   200   200    200
showMagicLinkPage               GET    /magic-link                           P                                          200      200     -      -   200   200    200
showSecurityActionPage          GET    /security-actions                     P                                          200      200     -      -   200   200    200
showConsentPage                 GET    /consent                              P                                          200      200     -      -   200   200    200
showAccountSecurityPage         GET    /account/security                     P                                          200      200     -      -   200   200    200
readAsset                       GET    /assets/:file                         P                                          200      200     -      -   200   200    200

livez                           GET    /livez                                P                                          200      200     -      -   200   200    200
readyz                          GET    /readyz                               P                                          200      200     -      -   200   200    200
readOpenApi                     GET    /openapi.json                         P                                          200      200     -      -   200   200    200
showReference                   GET    /docs                                P                                          200      200     -      -   200   200    200
showProblems                    GET    /docs/problems                       P                                          200      200     -      -   200   200    200
listDeadLetters                 GET    /v1/dead-letters                     operations.manage                       signin   hidden     -    200 hidden  200  ended
retryDeadLetter                 POST   /v1/dead-letters/:id/retry           operations.manage                       signin   hidden     -    200 hidden  200  ended
`;

/**
 * Internal routes: the operation, its service (`*`: each has it, `stateful`: each that has events), its address, and the
 * services that may call it.
 * Every other service is refused, and so is every person, whatever they hold: the gateway does not know these addresses.
 */
const internalLines = `
storePendingCredential  auth             PUT   /internal/credentials/:userId                   registration
enrolUserInAuth         auth             PUT   /internal/users/:userId                         registration
enrolUserInProfile      profile          PUT   /internal/users/:userId                         registration
enrolUserInAccess       role-permission  PUT   /internal/users/:userId                         registration
setUserAccess           auth             PUT   /internal/users/:userId/access                  deactivation
setSuspension           role-permission  PUT   /internal/users/:userId/suspension              deactivation
enrolServiceAccount     role-permission  PUT   /internal/service-accounts/:userId              auth
suspendServiceAccount   role-permission  PUT   /internal/service-accounts/:userId/suspension   auth
checkSecondFactor       role-permission  POST  /internal/second-factor-checks                  auth
checkAuthority          role-permission  POST  /internal/authority-checks                      auth
checkOrganization       role-permission  POST  /internal/organization-checks                   auth
keepSeat                role-permission  PUT   /internal/organizations/:organizationId/seats/:userId auth
admitMember             role-permission  PUT   /internal/organizations/:organizationId/members/:userId auth
mintMagicLink           auth             POST  /internal/magic-links/:requestId/secret         notification
readTokenHolder         auth             POST  /internal/tokens/holder                            gateway
mintSecurityNotice      auth             POST  /internal/security-notices/:noticeId/secret     notification
mintResetSecret         auth             POST  /internal/password-resets/:requestId/secret     notification
mintVerificationSecret  registration     POST  /internal/verifications/:requestId/secret       notification
readRevocations         auth             GET   /internal/revocations                           gateway
createIdentifiedAccount registration     POST  /internal/verified-accounts                     auth
readDataKey             registration     GET   /internal/data-keys/:userId                     auth,profile,role-permission,notification,activity-log,deactivation
checkPermission         role-permission  POST  /internal/permission-checks                     auth,registration,profile,notification,activity-log,deactivation,gateway
setUpDevUser            registration     PUT   /internal/dev-users/:username                   operator
storeImportedCredential auth             PUT   /internal/imported-credentials/:userId          registration
storeDevCredential      auth             PUT   /internal/dev-credentials/:userId               registration
checkSetupToken         role-permission  POST  /internal/setup-token/check                     registration
readBootstrap           role-permission  GET   /internal/bootstrap                             operator
appointDevAdmin         role-permission  PUT   /internal/dev-admins/:userId                    operator
setUpGroups             role-permission  PUT   /internal/preset-groups                          operator
readAccessGraph         role-permission  GET   /internal/access/graph                          gateway
readAccessChanges       role-permission  GET   /internal/access/changes                        gateway
readAccessHistory       role-permission  GET   /internal/access/history                        gateway
readReadiness           *                GET   /internal/readiness                             gateway
listParkedEvents        stateful         GET   /internal/parked-events                         gateway
retryParkedEvent        stateful         POST  /internal/parked-events/:id/retry               gateway
republishEvents         stateful         POST  /internal/events/republish                      registration,auth,profile,role-permission,notification,activity-log,deactivation,gateway
readSnapshot            stateful         GET   /internal/snapshot                              registration,auth,profile,role-permission,notification,activity-log,deactivation,gateway
`;

export const callerKinds = ['nobody', 'stranger', 'self', 'holder', 'other', 'admin', 'ended'] as const;

/**
 * - `nobody`: presents nothing.
 * - `stranger`: signed in, holds nothing, and the thing is somebody else's.
 * - `self`: the person whom the path names, holding nothing.
 * - `holder`: holds the permission of the line and no other; the thing is somebody else's.
 * - `other`: holds every permission but `admin` and that one.
 * - `admin`: holds `admin`.
 * - `ended`: presents a token of a session that is over, or of a person who was deactivated.
 */
export type CallerKind = (typeof callerKinds)[number];

export interface PublicLine {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly who: readonly string[];
  /** Undefined where there is no such caller. */
  readonly answers: Readonly<Record<CallerKind, ExpectedAnswer | undefined>>;
  /** The special input that the line is about. */
  readonly when: string | undefined;
}

export interface InternalLine {
  readonly operation: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly callers: readonly string[];
}

/** The public half of the table. */
export const publicCallerTable: readonly PublicLine[] = linesOf(publicLines).map(
  ([operation = '', method = '', path = '', who = '', ...rest]) => {
    const [nobody, stranger, self, holder, other, admin, ended] = rest.slice(0, 7).map(answerOf);
    const special = rest.slice(7).join(' ');
    const when = special === '' ? undefined : special.replace(/^when /, '');
    const answers = { nobody, stranger, self, holder, other, admin, ended };
    return { operation, method, path, who: who.split(','), answers, when };
  },
);

/** The internal half of the table. */
export const internalCallerTable: readonly InternalLine[] = linesOf(internalLines).map(
  ([operation = '', service = '', method = '', path = '', callers = '']) => ({
    operation,
    service,
    method,
    path,
    callers: callers.split(','),
  }),
);

/** The services that an internal line is about. */
export const servicesOf = ({ service }: Pick<InternalLine, 'service'>): readonly ServiceName[] => {
  if (service === '*') return serviceNames;
  return service === 'stateful' ? statefulServices : serviceNames.filter((name) => name === service);
};
