/**
 * Nothing is loaded from anywhere else, framed, or sent by a form without a script; no text becomes markup. The QR code of
 * an authenticator app is a picture in the page. An address may hold a secret: it goes nowhere, and no page is kept.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
