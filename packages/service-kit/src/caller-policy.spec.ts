import type { BuiltInPermission } from '@rollcall/types/permissions';
import { isInternal, type Route } from '@rollcall/types/route-definition';
import { publicRoutes, routeTable } from '@rollcall/types/route-table';
import { eventRoutesOf, readReadinessOf } from '@rollcall/types/routes/every-service';
import { accessScopes } from '@rollcall/types/scopes';
import { type PeerName, serviceNames, statefulServices } from '@rollcall/types/services';
import {
  type CallerKind,
  internalCallerTable,
  publicCallerTable,
  servicesOf,
} from '@rollcall/types/testing/caller-table';
import { describe, expect, it } from 'vitest';
import { type Actor, actor, type HopContext } from './actor.ts';
import { judgeCaller } from './caller-policy.ts';

const person: Actor = actor.parse({
  userId: '01980000-0000-7000-8000-000000000001',
  sessionId: '01980000-0000-7000-8000-000000000002',
  tokenId: 't',
  authenticatedAt: 0,
  methods: ['pwd'],
});
const somebodyElse = '01980000-0000-7000-8000-000000000003';
const peers: readonly PeerName[] = [...serviceNames, 'operator'];

const hopFrom = (from: PeerName, who: Actor | null) => {
  const context: HopContext = { requestId: 'r', actor: who, ipAddress: '192.0.2.1', userAgent: 'spec' };
  return { from, context };
};

/** The verdict in words: "allowed", or the code of the refusal. */
const verdict = async (
  route: Route,
  from: PeerName,
  who: Actor | null,
  subject: string,
  holds: (asked: string) => boolean,
): Promise<string> => {
  const judged = await judgeCaller(route, hopFrom(from, who), subject, async (_, asked) => holds(asked));
  return judged.allowed ? 'allowed' : judged.refusal.refused;
};

const publicRoute = (operation: string): Route => {
  const route = publicRoutes.find(({ operationId }) => operationId === operation);
  if (!route) throw new Error(`there is no public route ${operation}`);
  return route;
};

const internalRoutes: readonly Route[] = [
  ...routeTable.filter(isInternal),
  ...serviceNames.map(readReadinessOf),
  ...statefulServices.flatMap((service) => Object.values(eventRoutesOf(service))),
];

describe.each(publicCallerTable.filter(({ when }) => when === undefined))('$method $path', (line) => {
  const route = publicRoute(line.operation);
  const isTheirs = (asked: string): boolean => line.who.includes(asked);
  const rights: Readonly<Record<Exclude<CallerKind, 'nobody' | 'ended'>, (asked: string) => boolean>> = {
    stranger: () => false,
    self: () => false,
    holder: isTheirs,
    other: (asked) => !isTheirs(asked),
    // role-permission answers yes to every question about an administrator.
    admin: () => true,
  };

  it('answers each kind of person as the table says', async () => {
    for (const kind of ['stranger', 'self', 'holder', 'other', 'admin'] as const) {
      const holds = rights[kind];
      const expected = line.answers[kind];
      if (!expected) continue;
      const subject = kind === 'self' ? person.userId : somebodyElse;
      const word = 'status' in expected ? 'allowed' : expected.refused;
      expect([kind, await verdict(route, 'gateway', person, subject, holds)]).toEqual([kind, word]);
    }
    const nobody = line.answers.nobody;
    const word = nobody && 'status' in nobody ? 'allowed' : 'unauthenticated';
    expect(await verdict(route, 'gateway', null, somebodyElse, () => true)).toBe(word);
  });

  it('is for people, who come through the gateway: a service that sends one by itself is refused', async () => {
    for (const from of peers.filter((peer) => peer !== 'gateway')) {
      expect([from, await verdict(route, from, person, person.userId, () => true)]).toEqual([from, 'untrusted_hop']);
    }
  });
});

describe.each(internalCallerTable)('$service $method $path', (line) => {
  const routes = internalRoutes.filter(
    ({ operationId, service }) => operationId === line.operation && servicesOf(line).includes(service),
  );

  it('answers the services that the table names, and refuses every other, whoever it acts for', async () => {
    expect(routes.length).toBe(servicesOf(line).length);
    for (const route of routes) {
      for (const from of peers) {
        const expected = line.callers.includes(from) ? 'allowed' : 'untrusted_hop';
        expect([from, await verdict(route, from, null, somebodyElse, () => true)]).toEqual([from, expected]);
        expect([from, await verdict(route, from, person, person.userId, () => true)]).toEqual([from, expected]);
      }
    }
  });
});

describe('a route', () => {
  it('is refused when nothing can be said about the rights of its caller', async () => {
    const unanswered = new Error('role-permission is down');
    const judged = judgeCaller(
      publicRoute('listHolders'),
      hopFrom('gateway', person),
      undefined,
      async (_: string, __: string) => Promise.reject(unanswered),
    );
    await expect(judged).rejects.toBe(unanswered);
  });

  it('asks about the declared permission alone, and about the signed-in person', async () => {
    const asked: string[] = [];
    await judgeCaller(publicRoute('grantPermission'), hopFrom('gateway', person), somebodyElse, async (who, what) => {
      asked.push(`${who} ${what}`);
      return false;
    });
    const right: BuiltInPermission = 'permissions.grant';
    expect(asked).toEqual([`${person.userId} ${right}`]);
  });
});

describe('a key for programs', () => {
  const withKey = (...scopes: string[]): Actor => ({ ...person, scopes });
  const asked = (operation: string, who: Actor, subject: string) =>
    verdict(publicRoute(operation), 'gateway', who, subject, () => true);

  it('opens what it was made for and nothing else, whatever its owner holds', async () => {
    expect(await asked('listActivity', withKey('activity.read'), person.userId)).toBe('allowed');
    expect(await asked('listActivity', withKey('access.read', 'users.read'), person.userId)).toBe('insufficient_scope');
    expect(await asked('grantPermission', withKey('access.read'), somebodyElse)).toBe('insufficient_scope');
  });

  it('adds nothing to what its owner holds', async () => {
    const route = publicRoute('grantPermission');
    expect(await verdict(route, 'gateway', withKey('access.write'), somebodyElse, () => false)).toBe('allowed');
    const withRights = publicRoute('listDeadLetters');
    expect(await verdict(withRights, 'gateway', withKey('operations.manage'), somebodyElse, () => true)).toBe(
      'insufficient_scope',
    );
    const users = publicRoute('reactivateUser');
    expect(await verdict(users, 'gateway', withKey('users.write'), somebodyElse, () => false)).toBe('not_found');
  });

  it('for one’s own account is good for nobody else’s', async () => {
    const own = withKey('account.read', 'account.write');
    expect(await asked('updateUser', own, person.userId)).toBe('allowed');
    expect(await asked('updateUser', own, somebodyElse)).toBe('insufficient_scope');
    expect(await asked('updateUser', withKey('users.write'), somebodyElse)).toBe('allowed');
  });

  it('for accounts of others is good for no key’s own', async () => {
    const others = withKey('users.read', 'users.write');
    expect(await asked('readUser', others, somebodyElse)).toBe('allowed');
    expect(await asked('deactivateUser', others, somebodyElse)).toBe('allowed');
    for (const operation of ['readUser', 'updateUser', 'deactivateUser']) {
      expect(await asked(operation, others, person.userId)).toBe('insufficient_scope');
    }
    expect(await asked('deactivateUser', withKey(...accessScopes), person.userId)).toBe('insufficient_scope');
  });

  it('never says how somebody signs in, nor makes another', async () => {
    const all = withKey(...accessScopes);
    for (const { operationId, service, callers } of publicRoutes) {
      // Other APIs ask by keys what a token is good for.
      const isForApis = ['introspectAnyToken', 'revokeAnyToken'].includes(operationId);
      if (service !== 'auth' || callers.includes('public') || isForApis) continue;
      expect([operationId, await asked(operationId, all, person.userId)]).toEqual([operationId, 'insufficient_scope']);
    }
  });
});
