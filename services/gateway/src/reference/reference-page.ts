import { createRequire } from 'node:module';
import { readOpenApi } from '@rollcall/types/routes/gateway';
import { z } from 'zod';

const require = createRequire(import.meta.url);
const { version } = z.object({ version: z.string() }).parse(require('swagger-ui-dist/package.json'));

/** Where a file of Swagger UI is served. */
export const assetPath = (file: string): string => `/docs/assets/${version}/${file}`;
export const startPath = '/docs/start.js';

/** Nothing is loaded from outside, and nothing written into the page runs. Swagger UI's icons are `data:` images. */
export const referencePagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export const referencePage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rollcall: the interface</title>
<link rel="stylesheet" href="${assetPath('swagger-ui.css')}"><link rel="icon" type="image/png" href="${assetPath('favicon-32x32.png')}"></head>
<body><div id="reference"></div><noscript>The same as a document: <a href="${readOpenApi.path}">${readOpenApi.path}</a></noscript>
<script src="${assetPath('swagger-ui-bundle.js')}"></script><script src="${startPath}"></script></body></html>`;

/**
 * Requests go to where the page came from, whichever name of this machine that was, and act by the bearer token that
 * is entered: a session cookie of the same browser is left out, so that nothing is tried in somebody's name unawares.
 */
export const startScript = `fetch('${readOpenApi.path}').then((answer) => answer.json()).then((spec) => SwaggerUIBundle({
  spec: { ...spec, servers: [{ url: location.origin }] },
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
  persistAuthorization: false,
  requestInterceptor: (request) => Object.assign(request, { credentials: 'omit' }),
}));
`;
