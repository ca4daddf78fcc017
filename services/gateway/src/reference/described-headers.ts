import { isSigned, type Route } from '@rollcall/types/route-definition';
import { z } from 'zod';

const said = (description: string) => z.string().meta({ description });

const idempotencyKey = z
  .string()
  .max(255)
  .optional()
  .meta({ description: 'Repeating the request under the same key gives the first answer again, for 24 hours' });
const ifMatch = said('The `ETag` that was read; another one since is refused with `precondition_failed`').optional();
const ifNoneMatch = said('The `ETag` that was read; the answer is 304 while it is still the one').optional();

const revisionHeard = z.string().optional().meta({
  description:
    'The `Rollcall-Revision` of an answer: this one is given from that revision on, whichever gateway it comes from',
});

const signed = {
  'webhook-id': said('Of what is told: the same whenever it is told again, which changes nothing more'),
  'webhook-timestamp': said('When it was sent: seconds since 1970, not more than five minutes off'),
};

interface Described {
  readonly headers?: z.ZodObject;
}

/** The headers that a route takes, beside those of every request. */
export const requestHeaders = (route: Route): { readonly header?: z.ZodObject } => {
  const { idempotent, refusals = [], responses, service } = route;
  const taken = {
    ...(isSigned(route) ? signed : {}),
    ...(service === 'role-permission' ? { 'Rollcall-Revision': revisionHeard } : {}),
    ...(idempotent ? { 'Idempotency-Key': idempotencyKey } : {}),
    ...(refusals.includes('precondition_failed') ? { 'If-Match': ifMatch } : {}),
    ...(responses[304] ? { 'If-None-Match': ifNoneMatch } : {}),
  };
  return Object.keys(taken).length === 0 ? {} : { header: z.object(taken) };
};

const ofRoutes = {
  ETag: said('The version of the profile that is answered, for `If-Match`').optional(),
  'Rollcall-Revision': said('The revision of the access log that this write became'),
} as const satisfies Record<NonNullable<Route['headers']>[number], z.ZodType>;

/** The headers of a route's successful answers. */
export const successHeaders = ({ headers = [], cookies, responses }: Route): Described => {
  const carried = [
    ...(responses[303] ? ([['Location', said('Where to go on')]] as const) : []),
    ...headers.map((name) => [name, ofRoutes[name]] as const),
    ...(cookies ? ([['Set-Cookie', said('Sets or deletes the session’s cookies').optional()]] as const) : []),
  ];
  return carried.length === 0 ? {} : { headers: z.object(Object.fromEntries(carried)) };
};

const retryAfter = z.object({ 'Retry-After': z.int().optional().meta({ description: 'Seconds to wait' }) });

/** What says when to come back: too many, too busy, down, and a first request that is still running. */
export const refusalHeaders = (status: number): Described =>
  [409, 429, 503].includes(status) ? { headers: retryAfter } : {};
