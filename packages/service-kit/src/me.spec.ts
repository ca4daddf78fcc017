import { accessCommands } from '@rollcall/types/access-commands';
import { userId } from '@rollcall/types/ids';
import { projectOwner } from '@rollcall/types/projects';
import { publicRoutes } from '@rollcall/types/route-table';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from './identity.ts';
import { withMeInBody, withMeInParameters } from './me.ts';
import { readContent } from './route-input.ts';

const caller = newId();

/** What is below a schema that only says when, or how often, there is a value. */
const inner = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodNonOptional
    ? inner(schema.unwrap())
    : schema;

type Named = readonly [path: readonly string[], me: string];

/** Where in a value of a schema users stand, and what the caller is called there. */
const usersIn = (wrapped: z.core.$ZodType, path: readonly string[] = []): readonly Named[] => {
  const schema = inner(wrapped);
  if (schema === userId) return [[path, 'me']];
  if (schema === projectOwner) return [[path, 'user:me']];
  if (schema instanceof z.ZodArray) return usersIn(schema.element, [...path, '0']);
  if (schema instanceof z.ZodPipe) return usersIn(schema.in, path);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, member]) =>
    // Subjects of questions are of any type, and taken as they come.
    name === 'user' && !(inner(member) instanceof z.ZodObject)
      ? [[[...path, name], 'user:me'] as const]
      : usersIn(member, [...path, name]),
  );
};

/** A value with one thing in it. */
const holding = ([first, ...rest]: readonly string[], value: string): unknown => {
  if (first === undefined) return value;
  return first === '0' ? [holding(rest, value)] : { [first]: holding(rest, value) };
};

const bodies = publicRoutes.flatMap((route) =>
  route.body === undefined ? [] : usersIn(route.body).map((named) => ({ route, named })),
);

describe('me, in a body', () => {
  it('stands in as many routes as are known', () => {
    const found = bodies.map(({ route, named: [path] }) => `${route.operationId} ${path.join('/')}`);
    expect(found.sort()).toEqual([
      'addGroupMember userId',
      'addOrganizationMember userId',
      'addProjectMember userId',
      'addTeamMember userId',
      'checkAccess user',
      'checkAccessBatch checks/0/user',
      'createProject owner',
      'explainAccess user',
      'listAccessObjects user',
      'transferProject owner',
      'whyAccessChanged user',
    ]);
  });

  it.each(bodies.map(({ route, named }) => [route.operationId, named[0].join('/'), route, named] as const))(
    'is the caller to %s as %s, and no user to those who are not signed in',
    (_, __, route, [path, me]) => {
      const expected = me === 'me' ? caller : `user:${caller}`;
      expect(withMeInBody(holding(path, me), caller)).toEqual(holding(path, expected));
      // Whatever else is missing, nothing is wrong with this one.
      const body = Buffer.from(JSON.stringify(holding(path, me)));
      const headers = new Headers({ 'content-type': 'application/json' });
      const outcome = z
        .object({ errors: z.array(z.object({ pointer: z.string() })).default([]) })
        .parse(readContent(route, body, headers, caller).content);
      expect(outcome.errors.map(({ pointer }) => pointer)).not.toContain(`/body/${path.join('/')}`);
      expect(withMeInBody(holding(path, me), undefined)).toEqual(holding(path, me));
    },
  );

  it('is the caller in every command of a batch that names a user', () => {
    const found = Object.entries(accessCommands).flatMap(([type, schema]) =>
      usersIn(schema).map(([[name = ''], me]) => ({ type, [name]: me })),
    );
    expect(found.length).toBeGreaterThan(15);
    const meant = found.map((command) =>
      JSON.parse(JSON.stringify(command).replace('user:me', `user:${caller}`).replace('"me"', `"${caller}"`)),
    );
    expect(withMeInBody({ commands: found }, caller)).toEqual({ commands: meant });
  });

  it('is a word like any other elsewhere', () => {
    const body = { name: 'me', description: 'user:me', user: { username: 'me' }, list: ['me', 'user:me'] };
    expect(withMeInBody(body, caller)).toEqual(body);
  });

  it('is looked for only where commands can be, however deep a body is', () => {
    const deep = JSON.parse(`${'['.repeat(30_000)}{"userId":"me"}${']'.repeat(30_000)}`);
    expect(() => withMeInBody(deep, caller)).not.toThrow();
  });

  it('makes nothing of names that objects have by themselves', () => {
    const body = JSON.parse('{"__proto__":{"userId":"me"},"userId":"me"}');
    const meant = withMeInBody(body, caller);
    expect(Object.getPrototypeOf(meant)).toBe(Object.prototype);
    expect(meant).toMatchObject({ userId: caller });
  });
});

describe('me, in a path or a query', () => {
  it('is the caller wherever a user stands, and nowhere else', () => {
    const values = { userId: 'me', memberId: 'me', actor: 'me', subject: 'me', query: 'me', manageableBy: 'me' };
    expect(withMeInParameters(values, caller)).toEqual({
      userId: caller,
      memberId: caller,
      actor: caller,
      subject: caller,
      query: 'me',
      manageableBy: 'me',
    });
    expect(withMeInParameters(values, undefined)).toEqual(values);
  });
});
