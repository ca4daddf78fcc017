import { z } from 'zod';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'console';

/** What a page is opened with is read by its script alone: every visitor is sent the very same page. */
const page = (route: {
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  /** Whatever else its address says is nobody's business. */
  readonly query?: z.ZodObject;
}) =>
  defineRoute({
    service,
    method: 'GET',
    callers: ['public'],
    rate: 'read',
    responses: { 200: z.string() },
    media: 'text/html',
    ...route,
  });

export type PageRoute = ReturnType<typeof page>;

const mailedSecret = z.object({ token: line({ max: 64 }).optional() });

export const showVerificationPage = page({
  operationId: 'showVerificationPage',
  path: '/verify',
  summary: 'The page behind the mailed link: one button, because mail scanners open links',
  query: mailedSecret,
});

export const showResetPage = page({
  operationId: 'showResetPage',
  path: '/reset-password',
  summary: 'The page behind the mailed link of a password reset',
  query: mailedSecret,
});

/** Where to go afterwards, among our own pages; or the request of an application that is answered. */
const afterwards = z.object({ returnTo: line({ max: 256 }).optional(), interaction: line({ max: 64 }).optional() });

export const showSignInPage = page({
  operationId: 'showSignInPage',
  path: '/sign-in',
  summary: 'Sign in by password, second factor, passkey or another place; then on to `returnTo`, a page of our own',
  query: afterwards,
});

export const showSignUpPage = page({
  operationId: 'showSignUpPage',
  path: '/sign-up',
  summary: 'Sign up',
});

export const showForgotPasswordPage = page({
  operationId: 'showForgotPasswordPage',
  path: '/forgot-password',
  summary: 'Ask for a link to choose a new password with',
});

export const showMagicLinkPage = page({
  operationId: 'showMagicLinkPage',
  path: '/magic-link',
  summary: 'Ask for a mail that signs in; the page behind its link: one button',
  query: mailedSecret,
});

export const showSecurityActionPage = page({
  operationId: 'showSecurityActionPage',
  path: '/security-actions',
  summary: 'The page behind "this was not me" in a mail: one button',
  query: mailedSecret,
});

export const showConsentPage = page({
  operationId: 'showConsentPage',
  path: '/consent',
  summary: 'Whether an application may act for whoever is signed in',
  query: z.object({ interaction: line({ max: 64 }).optional() }),
});

export const showAccountSecurityPage = page({
  operationId: 'showAccountSecurityPage',
  path: '/account/security',
  summary: 'Password, second factors, passkeys, recovery codes and sessions of whoever is signed in',
});

export const readAsset = defineRoute({
  service,
  operationId: 'readAsset',
  method: 'GET',
  path: '/assets/:file',
  summary: 'A script or a style sheet of the pages',
  callers: ['public'],
  rate: 'read',
  params: z.object({ file: z.string().regex(/^[a-z-]{1,40}\.(?:js|css)$/, 'must be a name such as style.css') }),
  responses: { 200: z.string(), 304: z.undefined() },
  refusals: ['not_found'],
  media: 'text/*',
  headers: ['ETag'],
});
