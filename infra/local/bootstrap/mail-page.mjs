import { Hono } from 'hono';
import { html, raw } from 'hono/html';

/** @import { Context } from 'hono' */
/** @import { Mail, Mailbox } from './mailbox.mjs' */

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { width: 100%; border-collapse: collapse; }
  th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
  td.when { white-space: nowrap; }
  dt { float: left; width: 5rem; opacity: .7; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border: 1px solid #8884; padding: 1rem; }
  iframe { width: 100%; height: 30rem; border: 1px solid #8884; background: white; }
`;

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A mail's own page: no scripts, nothing fetched from anywhere, and links that open elsewhere. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'";

/**
 * The pages and the JSON interface over the mails that were caught.
 * @param {Mailbox} mailbox
 */
export function createMailPage(mailbox) {
  const app = new Hono();

  app.use(async (c, next) => {
    // The mails hold links that sign people in: a page elsewhere whose name was made to lead here must not read them.
    if (!isLoopbackName(new URL(c.req.url).hostname)) return c.text('Open this page as http://localhost.\n', 403);
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cache-Control', 'no-store');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', PAGE_POLICY);
  });

  app.get('/', (c) => c.html(page('Mail', list(mailbox.list()), { refresh: true })));
  app.get('/messages/:id', (c) => withMail(c, mailbox, (mail) => c.html(page(mail.subject, one(mail)))));
  app.get('/messages/:id/html', (c) =>
    withMail(c, mailbox, (mail) =>
      // The base makes links open in a new tab, outside of the frame.
      c.html(`<base target="_blank">${mail.html}`, 200, { 'Content-Security-Policy': MAIL_POLICY }),
    ),
  );

  app.get('/api/messages', (c) => c.json({ items: mailbox.list(c.req.query('to')) }));
  app.get('/api/messages/:id', (c) => withMail(c, mailbox, (mail) => c.json(mail)));
  app.delete('/api/messages', async (c) => {
    await mailbox.clear();
    return c.body(null, 204);
  });
  return app;
}

/**
 * @param {Context} c
 * @param {Mailbox} mailbox
 * @param {(mail: Mail) => Response | Promise<Response>} answer
 */
function withMail(c, mailbox, answer) {
  const mail = mailbox.find(c.req.param('id') ?? '');
  return mail ? answer(mail) : c.text('There is no such mail (any more).\n', 404);
}

/** @param {string} name */
function isLoopbackName(name) {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name);
}

/**
 * @param {string} title
 * @param {ReturnType<typeof html>} content
 * @param {{ refresh?: boolean }} [options]
 */
function page(title, content, { refresh = false } = {}) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? raw('<meta http-equiv="refresh" content="3">') : ''}
<title>${title || '(no subject)'}</title>
<style>${raw(STYLE)}</style>
</head>
<body>${content}</body>
</html>`;
}

/** @param {readonly Mail[]} mails */
function list(mails) {
  if (mails.length === 0) return html`<h1>Mail</h1><p>No mail yet. Every mail that Rollcall sends appears here.</p>`;
  return html`<h1>Mail</h1>
<table>
<thead><tr><th>When</th><th>To</th><th>Subject</th></tr></thead>
<tbody>${mails.map(
    (mail) => html`<tr>
<td class="when"><time datetime="${mail.date}">${mail.date.slice(0, 19).replace('T', ' ')}</time></td>
<td>${mail.to.join(', ')}</td>
<td><a href="/messages/${mail.id}">${mail.subject || '(no subject)'}</a></td>
</tr>`,
  )}</tbody>
</table>`;
}

/** @param {Mail} mail */
function one(mail) {
  return html`<p><a href="/">All mail</a></p>
<h1>${mail.subject || '(no subject)'}</h1>
<dl><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to.join(', ')}</dd><dt>Date</dt><dd>${mail.date}</dd></dl>
${mail.text ? html`<pre>${withLinks(mail.text)}</pre>` : ''}
${mail.html ? html`<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${mail.id}/html"></iframe>` : ''}`;
}

/**
 * The text, its web addresses as links.
 * @param {string} text
 */
function withLinks(text) {
  // A full stop or bracket at the end belongs to the sentence.
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])/)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>` : part,
    );
}
