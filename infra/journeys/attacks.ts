import { type ProblemCode, problems } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { providerId } from '@rollcall/types/routes/auth/identities';
import { badBodies } from './bad-bodies.ts';
import {
  type BadValue,
  forgedCursors,
  neverBoolean,
  neverDictionary,
  neverId,
  neverLimit,
  neverList,
  neverMoment,
  neverName,
  neverNumber,
  neverObject,
  neverQueryText,
  neverText,
} from './bad-values.ts';
import type { CallerRequest } from './calling.ts';
import { type Field, fieldsOf, isStrict } from './declared-fields.ts';
import type { RawRequest } from './raw-request.ts';
import { signedFor } from './signed-requests.ts';

/** A request that must be refused, and with what. */
export interface Attack {
  readonly what: string;
  readonly request: RawRequest;
  readonly codes: readonly ProblemCode[];
  /** Where the problem is; undefined when it is not with a field. */
  readonly pointer?: string | undefined;
}

type Target = { readonly route: Route; readonly valid: CallerRequest; readonly token: string };

const filled = (path: string, params: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? name);

const invalidInput = ({ route }: Target): ProblemCode => route.invalidInput ?? 'invalid_input';

const requestOf = ({ route, valid, token }: Target, more: Partial<RawRequest> = {}): RawRequest => {
  const query = valid.query === undefined ? '' : `?${valid.query}`;
  const json = route.body ? { body: Buffer.from(JSON.stringify(valid.body ?? {})) } : {};
  const headers = {
    authorization: `Bearer ${valid.token ?? token}`,
    ...(route.body ? { 'content-type': 'application/json' } : {}),
    ...more.headers,
  };
  return { method: route.method, target: filled(route.path, valid.params) + query, ...json, ...more, headers };
};

/** A copy of an object with one field set, however deep, and own whatever its name. */
const withField = (body: unknown, [name, ...rest]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const old = members.find(([key]) => key === name)?.[1];
  const others = members.filter(([key]) => key !== name);
  const copy: Record<string, unknown> = Object.fromEntries(others);
  Object.defineProperty(copy, name, { value: withField(old, rest, value), enumerable: true });
  return copy;
};

const badFor = ({ kind, nullable, path }: Field): readonly BadValue[] => {
  const chosen = {
    text: neverText,
    number: neverNumber,
    boolean: neverBoolean,
    object: neverObject,
    anything: neverObject,
    dictionary: neverDictionary,
    list: neverList,
    moment: neverMoment,
  }[kind];
  // A null takes the place of what may be left out, where it says so; a merge patch takes nulls.
  const missing = nullable || path.length > 1 ? [] : [{ what: 'null', value: null }];
  return [...chosen, ...missing];
};

const bodyFieldAttacks = (target: Target): readonly Attack[] => {
  const { route, valid } = target;
  if (!route.body) return [];
  return fieldsOf(route.body).flatMap((field) =>
    badFor(field).map(({ what, value }) => ({
      what: `${what} as ${field.path.join('.')}`,
      request: requestOf(target, { body: Buffer.from(JSON.stringify(withField(valid.body, field.path, value))) }),
      ...(field.path.at(-1) === 'cursor'
        ? { codes: ['invalid_cursor', 'invalid_input'] }
        : { codes: [invalidInput(target)], pointer: `/body/${field.path.join('/')}` }),
    })),
  );
};

/** What read models and databases know of people and things: nobody sets it by sending it along. */
const unknownNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'id',
  'userId',
  'sub',
  'role',
  'admin',
  'isAdmin',
  'permissions',
  'emailVerified',
  'createdAt',
  'version',
  'revision',
  'builtIn',
  'password_hash',
  'a\u0000b',
  '\ud800',
  '',
  'x'.repeat(1_000),
];

const unknownFieldAttacks = (target: Target): readonly Attack[] => {
  const { route, valid } = target;
  if (!route.body || !isStrict(route.body)) return [];
  const fields = fieldsOf(route.body);
  const places = [[], ...fields.filter(({ kind }) => kind === 'object').map(({ path }) => path)];
  return places.flatMap((place) => {
    const known = new Set(fields.map(({ path }) => path.join('/')));
    return unknownNames
      .filter((name) => !known.has([...place, name].join('/')))
      .map((name) => ({
        what: `the unknown field ${JSON.stringify(name.slice(0, 20))} in ${place.join('.') || 'the body'}`,
        request: requestOf(target, {
          body: Buffer.from(JSON.stringify(withField(valid.body, [...place, name], { isAdmin: true }))),
        }),
        codes: [invalidInput(target)],
        pointer: ['/body', ...place, name].join('/').toWellFormed().slice(0, 150),
      }));
  });
};

const wholeBodyAttacks = (target: Target): readonly Attack[] => {
  const { route, valid } = target;
  if (!route.body) return [];
  // Where a body may be left out, nothing is as good as an empty one.
  const bodies = badBodies(valid.body ?? {}, route.bodyLimit ?? 65_536).filter(
    ({ bytes }) => bytes.byteLength > 0 || !route.bodyOptional,
  );
  return bodies.map(({ what, bytes, code, headers = {}, chunked = false, ...rest }) => {
    const contentType = 'contentType' in rest ? rest.contentType : 'application/json';
    const request = requestOf(target, { body: bytes, chunked });
    const { 'content-type': _, ...others } = request.headers ?? {};
    return {
      what,
      request: {
        ...request,
        headers: { ...others, ...headers, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
      },
      codes: code === 'invalid' ? [invalidInput(target)] : [code],
      pointer: code === 'invalid' ? '/body' : undefined,
    };
  });
};

/** Limits that are too high may well be positions. */
const isPosition = (value: string): boolean => /^[1-9]\d*(?:e\d)?$/.test(value) && Number.isSafeInteger(Number(value));

const queryAttacks = (target: Target): readonly Attack[] => {
  const { route, valid } = target;
  if (!route.query) return [];
  const rest = (name: string) => (valid.query ?? '').split('&').filter((pair) => pair && !pair.startsWith(`${name}=`));
  const asking = (name: string, query: readonly string[], codes: readonly ProblemCode[]): Attack => ({
    what: `the query ${query.join('&').slice(0, 80)}`,
    request: requestOf(target, {
      target: `${filled(route.path, valid.params)}?${[...rest(name), ...query].join('&')}`,
    }),
    codes,
    pointer: codes.includes('invalid_cursor') ? undefined : `/query/${name}`,
  });
  const fields = fieldsOf(route.query).flatMap(({ path: [name = ''], kind }) => {
    const numbers = name === 'limit' ? neverLimit : neverLimit.filter((value) => !isPosition(value));
    const values = kind === 'number' ? numbers : neverQueryText;
    return [
      asking(name, [`${name}=1`, `${name}=2`], ['invalid_input']),
      ...(name === 'cursor' ? [...values, ...forgedCursors] : values).map((value) =>
        asking(name, [`${name}=${value}`], name === 'cursor' ? ['invalid_cursor', 'invalid_input'] : ['invalid_input']),
      ),
    ];
  });
  const unknown = ['__proto__', 'constructor', 'userId', 'limit[]', '%00'].map((name) =>
    asking(decodeURIComponent(name), [`${name}=1`], ['invalid_input']),
  );
  return isStrict(route.query) ? [...fields, ...unknown] : fields;
};

/** What a parameter of a path is never. */
const valuesNever = (name: string): readonly string[] => {
  if (name === 'name' || name === 'permission') return neverName;
  if (name === 'provider') return neverId.filter((value) => !providerId.safeParse(value).success);
  return name === 'position' ? neverId.filter((value) => !/^\d{1,9}$/.test(value)) : neverId;
};

const pathAttacks = (target: Target): readonly Attack[] => {
  const { route, valid } = target;
  return Object.keys(route.params?.shape ?? {}).flatMap((name) =>
    valuesNever(name).map((value) => ({
      what: `${value.slice(0, 40)} as ${name}`,
      request: requestOf(target, { target: filled(route.path, { ...valid.params, [name]: value }) }),
      // What is no part of any address is refused before anyone looks for a route.
      codes: value.includes('%') ? ['invalid_input', 'not_found'] : ['invalid_input'],
      pointer: value.includes('%') ? undefined : `/path/${name}`,
    })),
  );
};

const oversizedAttacks = (target: Target): readonly Attack[] => {
  const { method } = target.route;
  if (method === 'GET' || target.route.body) return [];
  const body = Buffer.alloc(10 * 1024 * 1024, 0x20);
  const codes = ['payload_too_large'] as const;
  return [false, true].map((chunked) => ({
    what: `10 MB where no body is wanted${chunked ? ', in chunks' : ''}`,
    request: requestOf(target, { body, chunked }),
    codes,
  }));
};

const unsignedAttacksOn = (target: Target): readonly Attack[] => [
  ...bodyFieldAttacks(target),
  ...unknownFieldAttacks(target),
  ...wholeBodyAttacks(target),
  ...queryAttacks(target),
  ...pathAttacks(target),
  ...oversizedAttacks(target),
];

/** What is larger than a route takes is refused for that, whatever else is wrong with it. */
const bounded = (attack: Attack, { bodyLimit = 65_536 }: Route): Attack =>
  (attack.request.body?.byteLength ?? 0) > bodyLimit
    ? { ...attack, codes: ['payload_too_large'], pointer: undefined }
    : attack;

/** Everything that a route must refuse. */
export const attacksOn = (target: Target): readonly Attack[] =>
  unsignedAttacksOn(target)
    .map((attack) => bounded(attack, target.route))
    .map((attack) => ({ ...attack, request: signedFor(target.route, attack.request) }));

/** The statuses that these codes have. */
export const statusesOf = (codes: readonly ProblemCode[]): readonly number[] =>
  codes.map((code) => problems[code].status);
