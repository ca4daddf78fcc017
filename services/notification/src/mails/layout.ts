import { html } from 'hono/html';

/** What a template says; the layout makes text and HTML of the same words. */
export interface MailWords {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly url: string };
  /** Facts in a small table, such as when and where. */
  readonly details?: readonly { readonly name: string; readonly value: string }[];
  /** Said after everything else. */
  readonly closing: string;
}

export interface Addressing {
  /** Absent where the event that asks for the mail does not say it. */
  readonly username: string | undefined;
  /** Where people reach this installation. */
  readonly publicUrl: string;
}

const greeting = ({ username }: Addressing): string => (username === undefined ? 'Hello,' : `Hello ${username},`);

/** Plain text, for mail readers that show no HTML. */
export const renderText = (words: MailWords, addressing: Addressing): string =>
  [
    greeting(addressing),
    ...words.paragraphs,
    ...(words.details ? [words.details.map(({ name, value }) => `${name}: ${value}`).join('\n')] : []),
    ...(words.button ? [`${words.button.label}:\n${words.button.url}`] : []),
    words.closing,
    `-- \nSent by ${addressing.publicUrl}`,
  ].join('\n\n');

// Mail readers drop style sheets and many block remote images, so styles are inline and there are no images.
const font = 'font:16px/1.5 system-ui,-apple-system,Segoe UI,sans-serif;color:#1f2937';
const quiet = 'font-size:14px;color:#6b7280';

/** HTML; every value is escaped. */
export const renderHtml = (words: MailWords, addressing: Addressing): string =>
  String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${words.subject}</title></head>
<body style="margin:0;padding:24px;background:#f3f4f6">
<div style="max-width:32rem;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px;${font}">
<p>${greeting(addressing)}</p>
${words.paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
${
  words.details
    ? html`<table style="${font};border-spacing:0">${words.details.map(
        ({ name, value }) =>
          html`<tr><td style="padding:2px 16px 2px 0;${quiet}">${name}</td><td style="padding:2px 0">${value}</td></tr>`,
      )}</table>`
    : ''
}
${
  words.button
    ? html`<p style="margin:24px 0"><a href="${words.button.url}" style="display:inline-block;padding:10px 20px;background:#1d4ed8;color:#ffffff;text-decoration:none;border-radius:6px">${words.button.label}</a></p>
<p style="${quiet}">If the button does not work, copy this address into your browser:<br><span style="word-break:break-all">${words.button.url}</span></p>`
    : ''
}
<p>${words.closing}</p>
<p style="${quiet}">Sent by ${addressing.publicUrl}</p>
</div>
</body></html>`);
