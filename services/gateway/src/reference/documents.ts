import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Route } from '@rollcall/types/route-definition';
import { readOpenApi, showProblems, showReference } from '@rollcall/types/routes/gateway';
import { FixedDocument } from './fixed-document.ts';
import { createOpenApi } from './openapi.ts';
import { problemPage, problemPagePolicy } from './problem-page.ts';
import { assetPath, referencePage, referencePagePolicy, startPath, startScript } from './reference-page.ts';

const require = createRequire(import.meta.url);
const swaggerUi = dirname(require.resolve('swagger-ui-dist/package.json'));

// The version is part of an asset's path, so it may be kept for ever; the rest is compared each time.
const keepForEver = 'public, max-age=31536000, immutable';
const compare = 'no-cache';

const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

export interface DocumentsOptions {
  readonly routes: readonly Route[];
  readonly publicUrl: string;
  /** Cookies have the names they have over https. */
  readonly secure: boolean;
}

/** The reference: the interface as a document and as pages, every part of it from here. */
export const createDocuments = ({ routes, publicUrl, secure }: DocumentsOptions): Map<string, FixedDocument> => {
  const html = (policy: string, text: string) =>
    new FixedDocument(
      { 'content-type': 'text/html; charset=utf-8', 'cache-control': compare, 'content-security-policy': policy },
      async () => text,
    );
  return new Map([
    [
      readOpenApi.path,
      new FixedDocument({ 'content-type': 'application/json', 'cache-control': compare }, async () =>
        JSON.stringify(createOpenApi(routes, publicUrl, secure)),
      ),
    ],
    [showReference.path, html(referencePagePolicy, referencePage)],
    [showProblems.path, html(problemPagePolicy, problemPage(routes))],
    [
      startPath,
      new FixedDocument(
        { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': compare },
        async () => startScript,
      ),
    ],
    ...Object.entries(assets).map(
      ([file, type]) =>
        [
          assetPath(file),
          new FixedDocument({ 'content-type': type, 'cache-control': keepForEver }, () =>
            readFile(join(swaggerUi, file)),
          ),
        ] as const,
    ),
  ]);
};
