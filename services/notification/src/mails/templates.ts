import type { MailKind } from '@rollcall/types/events/notification';
import type { Route } from '@rollcall/types/route-definition';
import { mintMagicLink } from '@rollcall/types/routes/auth/magic-links';
import { mintResetSecret } from '@rollcall/types/routes/auth/passwords';
import { showMagicLinkPage, showResetPage, showVerificationPage } from '@rollcall/types/routes/console';
import { mintVerificationSecret } from '@rollcall/types/routes/registration';
import { accountExists } from './account-exists.ts';
import { accountSecured } from './account-secured.ts';
import { apiKeyCreated } from './api-key-created.ts';
import { deactivated } from './deactivated.ts';
import type { LinkTemplate, NoticeTemplate } from './facts.ts';
import { identityLinked, identityUnlinked } from './identities.ts';
import { impersonated } from './impersonated.ts';
import { magicLink } from './magic-link.ts';
import { newSignIn, suspectedSignIn } from './new-sign-in.ts';
import { passwordChanged } from './password-changed.ts';
import { passwordReset } from './password-reset.ts';
import { factorAdded, factorRemoved, factorsReset, recoveryCodesMade, recoveryCodeUsed } from './second-factors.ts';
import { verification } from './verification.ts';

interface LinkMail {
  readonly template: LinkTemplate;
  /** Mints the secret of the link. */
  readonly mint: typeof mintVerificationSecret | typeof mintResetSecret | typeof mintMagicLink;
  /** The page that the link opens. */
  readonly page: Route;
}

/** Mails with a link that carries a secret. */
export const linkMails = {
  verification: { template: verification, mint: mintVerificationSecret, page: showVerificationPage },
  password_reset: { template: passwordReset, mint: mintResetSecret, page: showResetPage },
  magic_link: { template: magicLink, mint: mintMagicLink, page: showMagicLinkPage },
} as const satisfies Partial<Record<MailKind, LinkMail>>;

export type LinkMailKind = keyof typeof linkMails;

export const isLinkMail = (kind: MailKind): kind is LinkMailKind => Object.hasOwn(linkMails, kind);

/** Mails that only tell something. */
export const notices: Readonly<Record<Exclude<MailKind, LinkMailKind>, NoticeTemplate>> = {
  account_exists: accountExists,
  password_changed: passwordChanged,
  new_sign_in: newSignIn,
  suspected_sign_in: suspectedSignIn,
  factor_added: factorAdded,
  factor_removed: factorRemoved,
  factors_reset: factorsReset,
  recovery_codes_made: recoveryCodesMade,
  recovery_code_used: recoveryCodeUsed,
  identity_linked: identityLinked,
  identity_unlinked: identityUnlinked,
  api_key_created: apiKeyCreated,
  account_secured: accountSecured,
  impersonated,
  deactivated,
};

/** Those that tell of something which somebody else may have done; a link takes it back. */
export const contestable: ReadonlySet<MailKind> = new Set([
  'password_changed',
  'new_sign_in',
  'suspected_sign_in',
  'factor_added',
  'factor_removed',
  'recovery_codes_made',
  'recovery_code_used',
  'identity_linked',
  'identity_unlinked',
  'api_key_created',
]);
