/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { PageRoute } from '@rollcall/types/routes/console';
import type { Child } from 'hono/jsx';

/** A page as it is sent, and where. */
export interface Page {
  readonly route: PageRoute;
  readonly html: string;
}

export interface PageParts {
  readonly title: string;
  /** The module that makes the page work. */
  readonly script: string;
  /** The page speaks with passkeys. */
  readonly passkeys?: boolean;
  readonly wide?: boolean;
  readonly children: Child;
}

/** A page within what all pages have: a heading, and a place for what is said about what one does. */
export const definePage = (route: PageRoute, parts: PageParts): Page => ({
  route,
  html: `<!doctype html>\n${String(<Document {...parts} />)}`,
});

const Document = ({ title, script, passkeys = false, wide = false, children }: PageParts) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title} – Rollcall</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/assets/style.css" />
      {passkeys && <script src="/assets/webauthn.js" defer></script>}
      <script type="module" src={`/assets/${script}`}></script>
    </head>
    <body>
      <main class={wide ? 'wide' : undefined}>
        <h1 tabindex={-1}>{title}</h1>
        <noscript>
          <p class="notice">This page needs JavaScript.</p>
        </noscript>
        {children}
        <p id="said" role="status" aria-live="polite"></p>
      </main>
    </body>
  </html>
);
