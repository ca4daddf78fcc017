import { describe, expect, it } from 'vitest';
import { type ProblemCode, problems } from './problems.ts';
import { type Caller, isInternal, type Route } from './route-definition.ts';
import { publicRoutes, routeTable } from './route-table.ts';
import { eventRoutesOf, readReadinessOf } from './routes/every-service.ts';
import { serviceNames, statefulServices } from './services.ts';
import {
  callerKinds,
  internalCallerTable,
  type PublicLine,
  publicCallerTable,
  servicesOf,
} from './testing/caller-table.ts';
import { structureCallerTable } from './testing/structure-table.ts';

const internalRoutes: readonly Route[] = [
  ...routeTable.filter(isInternal),
  ...serviceNames.map(readReadinessOf),
  ...statefulServices.flatMap((service) => Object.values(eventRoutesOf(service))),
];

/** `P`, `U`, `S`, `K` or the permission's name, as the table writes them. */
const wordFor = (caller: Caller): string => {
  if (caller === 'public') return 'P';
  if (caller === 'user') return 'U';
  if (caller === 'self') return 'S';
  if ('judged' in caller) return 'J';
  if ('signedBy' in caller) return 'K';
  return 'permission' in caller ? caller.permission : `service ${caller.service}`;
};

const routeOf = ({ operation }: PublicLine): Route => {
  const route = publicRoutes.find(({ operationId }) => operationId === operation);
  if (!route) throw new Error(`there is no public route ${operation}`);
  return route;
};

const addressOf = ({ operation, method, path }: { operation: string; method: string; path: string }): string =>
  `${operation}: ${method} ${path}`;
const declaredAddress = ({ operationId, method, path }: Route): string => `${operationId}: ${method} ${path}`;

const ordinary = publicCallerTable.filter(({ when }) => when === undefined);
const special = publicCallerTable.filter(({ when }) => when !== undefined);

/** Routes whose service judges by what callers are in the organization that a call is about. */
const isJudged = ({ callers }: Route): boolean => callers.some((caller) => wordFor(caller) === 'J');

describe('the table of routes and callers', () => {
  it('has the routes that their service judges in the part about organizations, and no others there', () => {
    const judged = publicRoutes.filter(isJudged).map(({ operationId }) => operationId);
    expect([...new Set(structureCallerTable.map(({ operation }) => operation))].sort()).toEqual(judged.sort());
  });

  it('has one line for every public route, and no line for a route that does not exist', () => {
    const structural = structureCallerTable.filter(({ when }) => when === undefined);
    expect([...ordinary, ...structural].map(addressOf).sort()).toEqual(publicRoutes.map(declaredAddress).sort());
    const known = new Set(publicRoutes.map(declaredAddress));
    expect(special.map(addressOf).filter((address) => !known.has(address))).toEqual([]);
  });

  it('has a line for every internal route of every service, and no other', () => {
    const judged = internalCallerTable.flatMap((line) =>
      servicesOf(line).map((service) => `${service} ${addressOf(line)}`),
    );
    expect(judged.sort()).toEqual(internalRoutes.map((route) => `${route.service} ${declaredAddress(route)}`).sort());
  });

  it('agrees with each declaration about who the route is for', () => {
    const judged = Object.fromEntries(ordinary.map((line) => [line.operation, [...line.who].sort()]));
    const declared = publicRoutes
      .filter((route) => !isJudged(route))
      .map(({ operationId, callers }) => [operationId, callers.map(wordFor).sort()]);
    expect(judged).toEqual(Object.fromEntries(declared));
  });

  it('agrees with each internal declaration about which services may call it', () => {
    for (const { operation, service, callers } of internalCallerTable) {
      const routes = internalRoutes.filter(
        (route) => route.operationId === operation && servicesOf({ service }).includes(route.service),
      );
      for (const route of routes) {
        const declared = route.callers.map(wordFor).sort();
        expect({ operation, callers: declared }).toEqual({
          operation,
          callers: callers.map((name) => `service ${name}`).sort(),
        });
      }
    }
  });

  it('lets services call internal routes only, and people public ones only', () => {
    const isOfService = (caller: Caller) => typeof caller === 'object' && 'service' in caller;
    expect(internalRoutes.filter(({ callers }) => !callers.every(isOfService)).map(declaredAddress)).toEqual([]);
    expect(publicRoutes.filter(({ callers }) => callers.some(isOfService)).map(declaredAddress)).toEqual([]);
  });
});

/** What a line answers, in words: "200", "not_found", "-". */
const said = (line: PublicLine, kind: (typeof callerKinds)[number]): string => {
  const answer = line.answers[kind];
  if (answer === undefined) return '-';
  return 'status' in answer ? String(answer.status) : answer.refused;
};

const isCarriedOut = (line: PublicLine, kind: (typeof callerKinds)[number]): boolean => /^\d+$/.test(said(line, kind));

describe.each(ordinary.map((line) => [line.operation, line] as const))('the line of %s', (_, line) => {
  const { who } = line;
  // Whoever signs a request proves all there is to prove with it.
  const isPublic = who.includes('P') || who.includes('K');
  const isForAll = isPublic || who.includes('U');
  const permissions = who.filter((word) => word.length > 1);
  const namesPerson = line.path.includes(':userId');

  it('answers with statuses that the route declares', () => {
    const statuses = callerKinds.filter((kind) => isCarriedOut(line, kind)).map((kind) => said(line, kind));
    expect(Object.keys(routeOf(line).responses)).toEqual(expect.arrayContaining(statuses));
  });

  it('asks whoever is not signed in to do so, unless anyone may call', () => {
    expect(isCarriedOut(line, 'nobody')).toBe(isPublic);
    if (!isPublic) expect(said(line, 'nobody')).toBe('unauthenticated');
  });

  it('takes an ended token for no token where anyone may call, and for an end everywhere else', () => {
    expect(said(line, 'ended')).toBe(isPublic ? said(line, 'nobody') : 'token_revoked');
  });

  it('lets in those it is for and nobody else', () => {
    const refused = routeOf(line).openAboutExistence ? 'forbidden' : 'not_found';
    const lets = { stranger: isForAll, other: isForAll, admin: isForAll || permissions.length > 0 };
    for (const kind of ['stranger', 'other', 'admin'] as const) {
      if (lets[kind]) expect([kind, isCarriedOut(line, kind)]).toEqual([kind, true]);
      else expect([kind, said(line, kind)]).toEqual([kind, refused]);
    }
    expect(said(line, 'holder') === '-').toBe(permissions.length === 0);
    if (permissions.length > 0) expect(isCarriedOut(line, 'holder')).toBe(true);
    expect(said(line, 'self') === '-').toBe(!namesPerson);
    if (namesPerson) expect(isCarriedOut(line, 'self')).toBe(isForAll || who.includes('S'));
  });
});

describe('a line about a special input', () => {
  it('never lets in a caller whom the ordinary line refuses', () => {
    for (const line of special) {
      const plain = ordinary.find(({ operation }) => operation === line.operation);
      for (const kind of callerKinds) {
        if (kind === 'holder' || !plain || !isCarriedOut(line, kind)) continue;
        expect([addressOf(line), kind, isCarriedOut(plain, kind)]).toEqual([addressOf(line), kind, true]);
      }
    }
  });

  it('refuses with what its route declares, or what every route may say', () => {
    const common: readonly ProblemCode[] = ['unauthenticated', 'token_revoked', 'not_found'];
    for (const line of special) {
      const declared = new Set<string>([...common, ...(routeOf(line).refusals ?? [])]);
      const codes = callerKinds.map((kind) => said(line, kind)).filter((word) => word in problems);
      expect([addressOf(line), codes.filter((code) => !declared.has(code))]).toEqual([addressOf(line), []]);
    }
  });
});
