import { z } from 'zod';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'console';

/** What a page is opened with is read by its script alone: every visitor is sent the very same page. */
const page = (route: {
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodObject;
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

export const readAsset = defineRoute({
  service,
  operationId: 'readAsset',
  method: 'GET',
  path: '/assets/:file',
  summary: 'A script or a style sheet of the pages',
  callers: ['public'],
  rate: 'read',
  params: z.object({ file: line({ max: 64 }) }),
  responses: { 200: z.string(), 304: z.undefined() },
  refusals: ['not_found'],
  media: 'text/*',
  headers: ['ETag'],
});
