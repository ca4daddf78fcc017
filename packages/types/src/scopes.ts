import type { BuiltInPermission } from './permissions.ts';

export interface Scope {
  readonly name: string;
  /** Told to the person who is asked for consent: what the application will be able to do. */
  readonly description: string;
  /** `identity`: what an application is told about the person. `access`: what it may do in their name at an API. */
  readonly kind: 'identity' | 'access';
}

/**
 * All scopes there are. One limits what an application or a key may do in somebody's name, and never gives what they do not
 * hold themselves: whoever takes such a token asks for the person's rights as ever. `route-scopes.ts` says which of our own
 * routes each opens.
 */
const declared = {
  openid: ['identity', 'Know that it is you, by an id that says nothing else.'],
  profile: ['identity', 'See your username.'],
  email: ['identity', 'See your e-mail address.'],
  offline_access: ['identity', 'Keep its access while you are signed out, until you take it back.'],
  'account.read': ['access', 'Read your account and your profile.'],
  'account.write': ['access', 'Change your profile.'],
  'personas.write': ['access', 'Change your personas and how they appear.'],
  'organizations.read': ['access', 'See your organizations, teams and projects.'],
  'organizations.write': ['access', 'Change organizations, teams and projects that you administer.'],
  'access.read': ['access', 'See who may do what, as far as you may.'],
  'access.write': ['access', 'Change who may do what, as far as you may.'],
  'users.read': ['access', 'Read the profiles of others, as far as you may.'],
  'users.write': ['access', 'Change accounts of others, as far as you may.'],
  'activity.read': ['access', 'Read the audit trail, as far as you may.'],
  'clients.register': ['access', 'Let applications register, if you may.'],
  'tokens.introspect': ['access', 'Ask what tokens are good for and end them, if you may.'],
} as const satisfies Record<string, readonly [Scope['kind'], string]>;

export type ScopeName = keyof typeof declared;

export const scopes: readonly Scope[] = Object.entries(declared).map(([name, [kind, description]]) => ({
  name,
  kind,
  description,
}));

/** Names of the declared ones, all of them or those of a kind. */
// The keys of an object that is written down here are the names that its type has.
export const scopeNames = Object.keys(declared) as [ScopeName, ...ScopeName[]];
export const identityScopes: readonly ScopeName[] = scopeNames.filter((name) => declared[name][0] === 'identity');
export const accessScopes: readonly ScopeName[] = scopeNames.filter((name) => declared[name][0] === 'access');

export const describeScope = (name: string): Scope =>
  scopes.find((scope) => scope.name === name) ?? { name, kind: 'access', description: name };

export interface PresetRole {
  readonly name: string;
  readonly description: string;
  /** What an application of such a person may usefully ask for. */
  readonly scopes: readonly ScopeName[];
  /** What the role bundles, for whoever creates it with `POST /v1/roles`. */
  readonly permissions: readonly BuiltInPermission[];
}

const own = ['openid', 'profile', 'email', 'offline_access', 'account.read', 'account.write'] as const;

/**
 * The roles of the first user API, each as what it comes to here. Artist and Label need no permission: who owns personas
 * or administers an organization may do all of that already, by what they are to it.
 */
export const presetRoles: readonly PresetRole[] = [
  { name: 'Listener', description: 'Whoever has an account.', scopes: own, permissions: [] },
  {
    name: 'Artist',
    description: 'A person with personas of their own.',
    scopes: [...own, 'personas.write'],
    permissions: [],
  },
  {
    name: 'Label',
    description: 'An admin of the organization that groups its artists.',
    scopes: [...own, 'personas.write', 'organizations.read', 'organizations.write'],
    permissions: [],
  },
  {
    name: 'TenantAdmin',
    description: 'An admin of an organization, who sees and manages its people.',
    scopes: [...own, 'organizations.read', 'organizations.write', 'users.read', 'activity.read'],
    permissions: [],
  },
  {
    name: 'Admin',
    description: 'Looks after accounts, everywhere.',
    scopes: [...own, 'organizations.read', 'users.read', 'users.write', 'activity.read'],
    permissions: ['users.read', 'users.create', 'users.manage', 'sessions.manage', 'access.read', 'activity.read'],
  },
  { name: 'SuperAdmin', description: 'May do everything.', scopes: scopeNames, permissions: ['admin'] },
];
