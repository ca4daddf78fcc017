import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '@rollcall/testing/api-client';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { problems } from '@rollcall/types/problems';
import {
  type CallerKind,
  callerKinds,
  internalCallerTable,
  type PublicLine,
  publicCallerTable,
} from '@rollcall/types/testing/caller-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerRequests } from './caller-requests.ts';
import type { CallerRequest } from './calling.ts';
import { Cast } from './cast.ts';
import { sharedPermission } from './shared-permission.ts';

let stack: Stack;
let cast: Cast;
/** People whose tokens have stopped: one signed out, one was deactivated. */
let ended: readonly SignedInPerson[];

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  await cast.define(sharedPermission);
  await cast.grant(await cast.holderOf('permissions.grant'), [sharedPermission]);

  const [signedOut, deactivated] = [await cast.named('signed-out'), await cast.named('deactivated')];
  await cast.api('DELETE', '/v1/sessions/current', { token: signedOut.token });
  await cast.asAdmin('POST', `/v1/users/${deactivated.id}/deactivate`);
  ended = [signedOut, deactivated];
  for (const { token } of ended) {
    await waitFor('the token to stop', async () => (await cast.api('GET', '/v1/users/me', { token })).status === 401);
  }
}, 60_000);

afterAll(() => stack?.stop());

const keyOf = ({ operation, when }: PublicLine): string => (when ? `${operation} when ${when}` : operation);

const callersOf = async (line: PublicLine, kind: CallerKind): Promise<readonly (SignedInPerson | undefined)[]> => {
  const permissions = line.who.filter((word) => word.length > 1);
  switch (kind) {
    case 'nobody':
      return [undefined];
    case 'stranger':
      return [await cast.named('stranger')];
    case 'self':
      return [await cast.named('self')];
    case 'holder':
      return [await cast.holderOf(...permissions)];
    case 'other':
      return [await cast.holderOfAllBut(permissions)];
    case 'admin':
      return [cast.admin];
    case 'ended':
      return ended;
  }
};

const compose = async (line: PublicLine, kind: CallerKind, caller: SignedInPerson | undefined) => {
  const request = callerRequests[keyOf(line)];
  if (!request) throw new Error(`caller-requests.ts has no request for ${keyOf(line)}`);
  const subject = kind === 'self' && caller ? caller : await cast.named('subject');
  return request({ cast, kind, caller, subject });
};

const pathOf = (path: string, { params = {}, query }: CallerRequest): string =>
  path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? name) + (query === undefined ? '' : `?${query}`);

const asForm = { 'content-type': 'application/x-www-form-urlencoded' };

const send = (line: PublicLine, request: CallerRequest, caller: SignedInPerson | undefined, path = line.path) => {
  const token = request.token ?? (request.headers ? undefined : caller?.token);
  return cast.api(line.method, pathOf(path, request), {
    ...(token === undefined ? {} : { token }),
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.form === undefined ? {} : { body: request.form, headers: asForm }),
    ...(request.headers === undefined ? {} : { headers: request.headers }),
  });
};

/** All that an answer says, but for what differs between any two. */
const essence = ({ status, headers, body }: ApiAnswer) => {
  const { 'x-request-id': _, date: __, ...said } = Object.fromEntries(headers);
  return { status, headers: said, body: { ...body, instance: '' } };
};

const absent: Readonly<Record<string, string>> = {
  userId: randomUUID(),
  sessionId: randomUUID(),
  id: randomUUID(),
  name: 'journeys.absent',
};

/** What others could see of a write: all that an administrator sees of the people and things that lines are about. */
const everythingAsIs = async () => {
  const seen: unknown[] = [
    await cast.asAdmin('GET', '/v1/permissions?limit=200'),
    await cast.asAdmin('GET', '/.well-known/jwks.json'),
  ];
  for (const name of ['subject', 'self']) {
    const { id } = await cast.named(name);
    const { items } = await cast.asAdmin('GET', `/v1/users/${id}/permissions?limit=200`);
    seen.push(items, await cast.asAdmin('GET', `/v1/users/${id}`));
    seen.push(await cast.asAdmin('GET', `/v1/users/${id}/sessions?limit=200`));
  }
  return seen;
};

const inOrder: readonly CallerKind[] = ['nobody', 'stranger', 'other', 'ended', 'self', 'holder', 'admin'];

describe.each(publicCallerTable.map((line) => [`${line.method} ${line.path}`, keyOf(line), line] as const))(
  '%s (%s)',
  (_, __, line) => {
    const refusedKinds = inOrder.filter((kind) => {
      const expected = line.answers[kind];
      return expected !== undefined && 'refused' in expected;
    });

    if (refusedKinds.length > 0)
      it('refuses everybody else as the table says, and does nothing', async () => {
        const requests: (readonly [CallerKind, SignedInPerson | undefined, CallerRequest])[] = [];
        for (const kind of refusedKinds) {
          for (const caller of await callersOf(line, kind)) {
            requests.push([kind, caller, await compose(line, kind, caller)]);
          }
        }
        const before = await everythingAsIs();
        for (const [kind, caller, request] of requests) {
          const expected = line.answers[kind];
          if (!expected || !('refused' in expected)) continue;
          const answer = await send(line, request, caller);
          const { status } = problems[expected.refused];
          expect([kind, answer.status, answer.body.code]).toEqual([kind, status, expected.refused]);
          expect(answer.headers.get('content-type')).toBe('application/problem+json');
        }
        expect(await everythingAsIs()).toEqual(before);
      });

    const hiddenFrom = refusedKinds.filter((kind) => {
      const expected = line.answers[kind];
      return expected && 'refused' in expected && expected.refused === 'not_found';
    });

    if (hiddenFrom.length > 0)
      it('tells them just what they are told of things that do not exist', async () => {
        for (const kind of hiddenFrom) {
          for (const caller of await callersOf(line, kind)) {
            const request = await compose(line, kind, caller);
            const hidden = essence(await send(line, request, caller));
            const missing = essence(await send(line, { ...request, params: { ...request.params, ...absent } }, caller));
            const nowhere = essence(await send(line, request, caller, '/v1/no/such/address'));
            expect([kind, missing]).toEqual([kind, hidden]);
            expect([kind, nowhere]).toEqual([kind, hidden]);
          }
        }
      });

    it('carries out the calls of those who may', async () => {
      for (const kind of inOrder) {
        const expected = line.answers[kind];
        if (expected === undefined || 'refused' in expected) continue;
        for (const caller of await callersOf(line, kind)) {
          const answer = await send(line, await compose(line, kind, caller), caller);
          expect([kind, answer.status, answer.body.code]).toEqual([kind, expected.status, undefined]);
        }
      }
    });
  },
);

describe('the table', () => {
  it('has every kind of caller called at least once', () => {
    expect([...inOrder].sort()).toEqual([...callerKinds].sort());
  });
});

describe('what a client says of itself', () => {
  const claims = (id: string) => ({
    'x-user-id': id,
    'x-forwarded-user': id,
    'rollcall-service-trust': `v1.gateway.${Date.now()}.AAAA`,
    'rollcall-context': Buffer.from(JSON.stringify({ actor: { userId: id } })).toString('base64url'),
  });

  it('is not believed: who is not signed in stays nobody, whatever headers and parameters name (N12)', async () => {
    const subject = await cast.named('subject');
    for (const line of publicCallerTable) {
      const expected = line.answers.nobody;
      if (!expected || !('refused' in expected) || expected.refused !== 'unauthenticated') continue;
      const request = await compose(line, 'nobody', undefined);
      const named = { userId: cast.admin.id, sub: cast.admin.id, orgId: cast.admin.id, organizationId: cast.admin.id };
      const query = [request.query, `${new URLSearchParams(named)}`].filter(Boolean).join('&');
      const body = typeof request.body === 'object' ? { ...request.body, ...named } : undefined;
      for (const id of [cast.admin.id, subject.id]) {
        const answer = await cast.api(line.method, pathOf(line.path, { ...request, query }), {
          headers: claims(id),
          ...(body ? { body } : {}),
        });
        expect([keyOf(line), answer.status, answer.body.code]).toEqual([keyOf(line), 401, 'unauthenticated']);
      }
    }
  });
});

describe('the other name of the interface', () => {
  it('refuses nobody and strangers just as the first does', async () => {
    const stranger = await cast.named('stranger');
    for (const line of publicCallerTable.filter(({ path, when }) => path.startsWith('/v1/') && !when)) {
      for (const caller of [undefined, stranger]) {
        const kind = caller ? 'stranger' : 'nobody';
        const expected = line.answers[kind];
        if (!expected || !('refused' in expected)) continue;
        const alias = line.path.replace('/v1/', '/api/user/');
        const answer = await send(line, await compose(line, kind, caller), caller, alias);
        expect([alias, kind, answer.body.code]).toEqual([alias, kind, expected.refused]);
      }
    }
  });
});

describe('an internal address', () => {
  it('does not exist at the gateway, for nobody and not for an administrator (N32)', async () => {
    const { token } = cast.admin;
    for (const { method, path } of internalCallerTable) {
      const filled = pathOf(path, { params: { userId: cast.admin.id, requestId: randomUUID(), id: randomUUID() } });
      const withBody = method === 'GET' ? {} : { body: {} };
      for (const spelled of [
        filled,
        filled.replace('/internal', '/%69nternal'),
        `/v1${filled}`,
        `/api/user${filled}`,
      ]) {
        for (const who of [{}, { token }]) {
          const answer = await cast.api(method, spelled, { ...who, ...withBody });
          expect([method, spelled, answer.status, answer.body.code]).toEqual([method, spelled, 404, 'not_found']);
        }
      }
    }
  });
});
