import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Client, ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}
h1{font-size:1.5rem}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;margin-bottom:1rem}code{font-size:1.5rem}
button{font:inherit;padding:.6rem 1.2rem;border:1px solid #1d4ed8;border-radius:.4rem;background:#1d4ed8;color:#fff;cursor:pointer}
button.other{background:none;color:inherit}button:focus-visible,input:focus-visible{outline:3px solid #93c5fd}`;

/** What the provider itself writes where a page only passes something on. */
const passingOn =
  "\n    document.addEventListener('DOMContentLoaded', function () { document.forms[0].submit() });\n  ";

const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** No `form-action`: browsers hold redirects that follow a form to it, too, and those lead to applications. */
const contentSecurityPolicy = `default-src 'none'; style-src ${sourceHash(style)}; script-src ${sourceHash(passingOn)}; base-uri 'none'; frame-ancestors 'none'`;

/** Headers of the provider's pages. Their forms have to tell which origin they come from, so they have a referrer. */
export const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'same-origin',
} as const;

type Content = ReturnType<typeof html>;

const show = (ctx: KoaContextWithOIDC, title: string, content: Content): void => {
  ctx.type = 'html';
  ctx.body = String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${raw(style)}</style></head>
<body><main><h1>${title}</h1>${content}</main></body></html>`);
};

const nameOf = (client: Client | undefined): string => client?.clientName ?? 'the application';

// The forms are the provider's own, with their protection against forgery in them.
const formOf = (form: string): Content => html`${raw(form)}`;

export const askForUserCode = async (
  ctx: KoaContextWithOIDC,
  form: string,
  _out?: ErrorOut,
  problem?: Error,
): Promise<void> =>
  show(
    ctx,
    'Connect a device',
    html`<p>${problem ? 'That did not work: the code is wrong or too old, or it was refused. Try again.' : 'Enter the code that the device shows.'}</p>
${formOf(form)}<button type="submit" form="op.deviceInputForm">Continue</button>`,
  );

export const confirmUserCode = async (
  ctx: KoaContextWithOIDC,
  form: string,
  client: Client,
  _deviceInfo: unknown,
  userCode: string,
): Promise<void> =>
  show(
    ctx,
    'Is this your device?',
    html`<p><strong>${nameOf(client)}</strong> asks for access to your account. Go on only if the device in front of you shows this code:</p>
<p><code>${userCode}</code></p>${formOf(form)}
<button type="submit" form="op.deviceConfirmForm">Yes, go on</button>
<button class="other" type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button>`,
  );

export const showDeviceDone = async (ctx: KoaContextWithOIDC): Promise<void> =>
  show(ctx, 'Your device is connected', html`<p>Go back to it; you may close this page.</p>`);

export const askToSignOut = async (ctx: KoaContextWithOIDC, form: string): Promise<void> =>
  show(
    ctx,
    'Do you want to sign out?',
    html`<p>${ctx.oidc.client ? html`<strong>${nameOf(ctx.oidc.client)}</strong> asks. ` : ''}You will be signed out here and in every application that you use with this sign-in.</p>
${formOf(form)}<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="other" type="submit" form="op.logoutForm">Stay signed in</button>`,
  );

export const showSignedOut = async (ctx: KoaContextWithOIDC): Promise<void> =>
  show(ctx, 'Signed out', html`<p>You may close this page.</p>`);

/** For errors that may not be sent to the application, since it is not certain which one it is. */
export const showError = async (
  ctx: KoaContextWithOIDC,
  { error, error_description: why }: ErrorOut,
): Promise<void> => {
  if (!ctx.accepts('html') || ctx.accepts('json', 'html') === 'json') {
    ctx.body = { error, ...(why === undefined ? {} : { error_description: why }) };
    return;
  }
  show(
    ctx,
    'This did not work',
    html`<p>${why ?? 'The request cannot be carried out.'}</p><p><code>${error}</code></p>`,
  );
};
