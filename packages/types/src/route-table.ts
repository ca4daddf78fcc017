import { isInternal, type Route } from './route-definition.ts';
import * as activityLog from './routes/activity-log.ts';
import * as authAccounts from './routes/auth/accounts.ts';
import * as apiKeys from './routes/auth/api-keys.ts';
import * as identities from './routes/auth/identities.ts';
import * as keys from './routes/auth/keys.ts';
import * as magicLinks from './routes/auth/magic-links.ts';
import * as oauthClients from './routes/auth/oauth-clients.ts';
import * as oauthInteractions from './routes/auth/oauth-interactions.ts';
import * as oauthProtocol from './routes/auth/oauth-protocol.ts';
import * as organizationDomains from './routes/auth/organization-domains.ts';
import * as organizationProviders from './routes/auth/organization-providers.ts';
import * as passkeys from './routes/auth/passkeys.ts';
import * as passwords from './routes/auth/passwords.ts';
import * as revocations from './routes/auth/revocations.ts';
import * as secondFactors from './routes/auth/second-factors.ts';
import * as securityActions from './routes/auth/security-actions.ts';
import * as serviceAccounts from './routes/auth/service-accounts.ts';
import * as sessions from './routes/auth/sessions.ts';
import * as tokens from './routes/auth/tokens.ts';
import * as consolePages from './routes/console.ts';
import * as deactivation from './routes/deactivation.ts';
import * as gateway from './routes/gateway.ts';
import * as profile from './routes/profile.ts';
import * as registration from './routes/registration.ts';
import * as accessLog from './routes/role-permission/access-log.ts';
import * as deletedItems from './routes/role-permission/deleted-items.ts';
import * as groups from './routes/role-permission/groups.ts';
import * as accessInternal from './routes/role-permission/internal.ts';
import * as organizations from './routes/role-permission/organizations.ts';
import * as permissions from './routes/role-permission/permissions.ts';
import * as plans from './routes/role-permission/plans.ts';
import * as policies from './routes/role-permission/policies.ts';
import * as projects from './routes/role-permission/projects.ts';
import * as questions from './routes/role-permission/questions.ts';
import * as replication from './routes/role-permission/replication.ts';
import * as roles from './routes/role-permission/roles.ts';
import * as teams from './routes/role-permission/teams.ts';
import * as timeline from './routes/role-permission/timeline.ts';
import * as accessUserService from './routes/role-permission/user-service.ts';

const isRoute = (value: unknown): value is Route =>
  typeof value === 'object' && value !== null && 'operationId' in value && 'callers' in value;

/** Every declared route of every service, internal ones included. */
export const routeTable: readonly Route[] = [
  registration,
  sessions,
  tokens,
  magicLinks,
  passkeys,
  secondFactors,
  identities,
  organizationDomains,
  organizationProviders,
  passwords,
  securityActions,
  apiKeys,
  serviceAccounts,
  keys,
  oauthProtocol,
  oauthInteractions,
  oauthClients,
  authAccounts,
  revocations,
  profile,
  permissions,
  roles,
  groups,
  organizations,
  plans,
  policies,
  teams,
  projects,
  questions,
  accessLog,
  timeline,
  deletedItems,
  accessUserService,
  accessInternal,
  replication,
  activityLog,
  deactivation,
  consolePages,
  gateway,
]
  .flatMap((module): unknown[] => Object.values(module))
  .filter(isRoute);

/** What the gateway routes. */
export const routedRoutes: readonly Route[] = routeTable.filter((route) => !isInternal(route));

/** Those of them that speak our own form, JSON and problems; the others that of a standard. */
export const publicRoutes: readonly Route[] = routedRoutes.filter(({ protocol }) => protocol === undefined);
