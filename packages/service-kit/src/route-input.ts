import { isRefusal, type ProblemCode, type Refusal, refuse } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { z } from 'zod';
import type { HopContext } from './actor.ts';
import { parseInput } from './input.ts';
import { withMeInBody, withMeInParameters } from './me.ts';
import { parseJson } from './request-body.ts';

/** The path's parameters, checked. */
export const readParams = (
  route: Route,
  params: Readonly<Record<string, string>>,
  context: HopContext,
): unknown | Refusal => validate(route.params, withMeInParameters(params, context.actor?.userId), '/path');

/** The query's parameters, checked. */
export const readQuery = (route: Route, search: URLSearchParams, context: HopContext): unknown | Refusal =>
  validate(queryOf(route), withMeInParameters(singleValues(search), context.actor?.userId), '/query');

/** Whose account the path names. */
export const pathUserId = (params: unknown): string | undefined =>
  typeof params === 'object' && params !== null && 'userId' in params && typeof params.userId === 'string'
    ? params.userId
    : undefined;

// A repeated parameter is kept as a list, which no schema takes: which of the two counts is not for us to guess.
const singleValues = (search: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

const validate = (
  schema: z.ZodType | undefined,
  value: unknown,
  root: string,
  code?: ProblemCode,
): unknown | Refusal => (schema ? parseInput(schema, value, root, code) : {});

const noQuery = z.strictObject({});

// A parameter that nobody declared is one that the caller believes in. Links to pages are decorated on their way.
const queryOf = ({ query, media }: Route): z.ZodType | undefined => query ?? (media ? undefined : noQuery);

interface Content {
  readonly content: unknown | Refusal;
  /** Where in the body as it was sent the members stand that the route declares. */
  readonly root: string;
}

/**
 * The body, checked.
 *
 * @param callerId whom `me` stands for
 */
export const readContent = (
  route: Route,
  body: Uint8Array | null,
  headers: Headers,
  callerId: string | undefined,
): Content => {
  const at = (content: unknown | Refusal, root = '/body'): Content => ({ content, root });
  if (route.form) return at(readForm(route.form, body, headers));
  if (!route.body) return at(undefined);
  if (!body && route.bodyOptional) return at(validate(route.body, {}, '/body', route.invalidInput));
  const [contentType, contentEncoding] = [headers.get('content-type'), headers.get('content-encoding')];
  const parsed = parseJson(body ?? new Uint8Array(), { contentType, contentEncoding });
  if (isRefusal(parsed)) return at(parsed);
  const { json } = parsed;
  const member = route.bodyMember;
  const inner = member !== undefined && Object.keys(Object(json)).join() === member ? Object(json)[member] : json;
  const root = inner === json ? '/body' : `/body/${member}`;
  return at(validate(route.body, withMeInBody(inner, callerId), '/body', route.invalidInput), root);
};

/** What a page of somebody else may send without asking first; such a route does nothing for whoever the cookies name. */
const readForm = (form: z.ZodType, body: Uint8Array | null, headers: Headers): unknown | Refusal => {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers.get('content-type') ?? '')) {
    return refuse('unsupported_media_type', { detail: 'The body must be a form.' });
  }
  return validate(form, singleValues(new URLSearchParams(Buffer.from(body ?? []).toString())), '/body');
};

/** Handlers name members as the route declares them; callers are told where they put them. */
export const below = <T>(root: string, outcome: T | Refusal): T | Refusal =>
  root === '/body' || !isRefusal(outcome) || !outcome.errors
    ? outcome
    : {
        ...outcome,
        errors: outcome.errors.map((error) => ({ ...error, pointer: error.pointer.replace(/^\/body(?=\/|$)/, root) })),
      };
