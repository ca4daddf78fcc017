import { createHash } from 'node:crypto';
import { type ProblemCode, problems } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { html, raw } from 'hono/html';

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
section{border-top:1px solid #8886;padding:.5rem 0}h2{font-size:1.1rem;margin:.5rem 0}p{margin:.25rem 0}:target{background:#fde68a55}
code{font-family:ui-monospace,monospace}a{color:inherit}`;

export const problemPagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(style)
  .digest('base64')}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`;

/** The page that the `type` of every problem points to: one section a code. */
export const problemPage = (routes: readonly Route[]): string =>
  String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rollcall: problems</title><style>${raw(style)}</style></head>
<body><main><h1>Problems</h1>
<p>Every refusal is an RFC 9457 problem. Go by its <code>code</code>, which stays; <code>detail</code> is for people.
<code>instance</code> names the request in our logs. See also <a href="/docs">the interface</a>.</p>
${Object.entries(problems).map(
  ([code, { status, title }]) =>
    html`<section id="${code}"><h2><code>${code}</code> ${status}</h2><p>${title}.</p>${namedBy(code, routes)}</section>
`,
)}</main></body></html>`);

const namedBy = (code: string, routes: readonly Route[]) => {
  const names = routes.filter((route) => named(route).includes(code)).map(({ operationId }) => operationId);
  return names.length === 0 ? '' : html`<p>Named by: ${names.join(', ')}</p>`;
};

const named = ({ refusals = [], invalidInput }: Route): readonly string[] => {
  const codes: readonly ProblemCode[] = invalidInput === undefined ? refusals : [...refusals, invalidInput];
  return codes;
};
