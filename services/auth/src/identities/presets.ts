/** What is known of providers that many people have accounts with, so that operators configure a client and no more. */
export interface Preset {
  readonly name: string;
  readonly type: 'oidc' | 'oauth2';
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly userinfoUrl?: string;
  /** Where the addresses of a person are, where user information does not say which are verified. */
  readonly emailsUrl?: string;
  /** What of user information says who somebody is. */
  readonly subjectField?: 'sub' | 'id';
  /** What says that the provider has seen to it that the address is theirs; nothing where nothing does. */
  readonly verifiedField?: 'email_verified' | 'verified' | 'xms_edov';
  /**
   * What says that an organization manages the account. Without it the address was verified once, and may be of a mailbox that
   * was taken from them since.
   */
  readonly managedField?: 'hd';
  /** Sends browsers back with a form. */
  readonly postsForms?: boolean;
}

const openId = ['openid', 'email', 'profile'];

export const presets = {
  google: {
    name: 'Google',
    type: 'oidc',
    issuer: 'https://accounts.google.com',
    scopes: openId,
    verifiedField: 'email_verified',
    managedField: 'hd',
  },
  microsoft: {
    name: 'Microsoft',
    type: 'oidc',
    issuer: 'https://login.microsoftonline.com/common/v2.0',
    scopes: openId,
    // Administrators of any directory write any address into `email`: only this claim says that the domain is theirs.
    verifiedField: 'xms_edov',
  },
  apple: {
    name: 'Apple',
    type: 'oidc',
    issuer: 'https://appleid.apple.com',
    scopes: ['openid', 'email', 'name'],
    verifiedField: 'email_verified',
    postsForms: true,
  },
  gitlab: {
    name: 'GitLab',
    type: 'oidc',
    issuer: 'https://gitlab.com',
    scopes: openId,
    verifiedField: 'email_verified',
  },
  linkedin: {
    name: 'LinkedIn',
    // Its ID tokens carry no nonce; its user information says the same.
    type: 'oauth2',
    issuer: 'https://www.linkedin.com/oauth',
    scopes: openId,
    authorizationUrl: 'https://www.linkedin.com/oauth/v2/authorization',
    tokenUrl: 'https://www.linkedin.com/oauth/v2/accessToken',
    userinfoUrl: 'https://api.linkedin.com/v2/userinfo',
    subjectField: 'sub',
    verifiedField: 'email_verified',
  },
  github: {
    name: 'GitHub',
    type: 'oauth2',
    issuer: 'https://github.com',
    scopes: ['read:user', 'user:email'],
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    userinfoUrl: 'https://api.github.com/user',
    emailsUrl: 'https://api.github.com/user/emails',
    subjectField: 'id',
  },
  facebook: {
    name: 'Facebook',
    type: 'oauth2',
    issuer: 'https://www.facebook.com',
    scopes: ['public_profile', 'email'],
    authorizationUrl: 'https://www.facebook.com/v21.0/dialog/oauth',
    tokenUrl: 'https://graph.facebook.com/v21.0/oauth/access_token',
    // It does not say whether an address is verified, so none is.
    userinfoUrl: 'https://graph.facebook.com/v21.0/me?fields=id,name,email',
    subjectField: 'id',
  },
  discord: {
    name: 'Discord',
    type: 'oauth2',
    issuer: 'https://discord.com',
    scopes: ['identify', 'email'],
    authorizationUrl: 'https://discord.com/oauth2/authorize',
    tokenUrl: 'https://discord.com/api/oauth2/token',
    userinfoUrl: 'https://discord.com/api/users/@me',
    subjectField: 'id',
    verifiedField: 'verified',
  },
} as const satisfies Record<string, Preset>;
