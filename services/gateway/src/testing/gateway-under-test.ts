import { randomUUID } from 'node:crypto';
import { newId } from '@rollcall/service-kit/identity';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { waitFor } from '@rollcall/testing/wait-for';
import { readAccessChanges } from '@rollcall/types/routes/role-permission/replication';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { type Patience, usualPatience } from '../http-server.ts';
import { startGateway } from '../service.ts';
import { schemaPlan } from '../store/schema-plan.ts';
import { FakeAccess } from './fake-access.ts';
import { FakeServices } from './fake-services.ts';
import { type RawAnswer, sendRaw } from './raw-http.ts';

export const issuer = 'http://rollcall.test';

/** A key as auth has them. */
export const createKey = async (id: string = randomUUID(), algorithm = 'ES256') => {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const published: JWK = { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' };
  return { id, algorithm, privateKey, publicKey, published };
};
export type TestKey = Awaited<ReturnType<typeof createKey>>;

export interface TokenParts {
  /** Instead of the usual ones; undefined leaves one out. */
  readonly claims?: { readonly [name: string]: unknown };
  readonly header?: { readonly typ?: string; readonly kid?: string };
  readonly key?: TestKey;
}

/** The claims of a token for somebody new. */
export const freshClaims = (): JWTPayload & { sub: string; sid: string; jti: string; exp: number } => ({
  iss: issuer,
  aud: issuer,
  sub: newId(),
  sid: newId(),
  jti: newId(),
  client_id: 'rollcall',
  auth_time: Math.floor(Date.now() / 1000),
  amr: ['pwd'],
  exp: Math.floor(Date.now() / 1000) + 300,
});

interface Options {
  readonly withNats?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly patience?: Partial<Patience>;
}

/** A gateway that listens, on a database of its own, with {@link FakeServices} behind it. */
export const startGatewayUnderTest = async ({ withNats = false, environment = {}, patience = {} }: Options = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const services = new FakeServices();
  const signing = await createKey();
  const keys: JWK[] = [signing.published];
  const revocations = { head: 0, items: [] as { position: number; kind: string; value: string; expiresAt: string }[] };
  services.answers.set('readKeySet', () => ({ status: 200, body: { keys } }));
  services.answers.set('readRevocations', () => ({ status: 200, body: revocations }));
  services.answers.set('readReadiness', () => ({
    status: 200,
    body: { ready: true, dependencies: { database: 'ok' } },
  }));
  const access = new FakeAccess();
  /** Up to where the gateway has the access log. */
  let followed = 0;
  services.answers.set('readAccessGraph', () => ({ status: 200, body: access.whole() }));
  services.answers.set('readAccessChanges', ({ input }) => {
    const { epoch, after, place } = readAccessChanges.query.parse(input.query);
    followed = after;
    return { status: 200, body: access.changes({ epoch, revision: after, place }) };
  });

  const variables = {
    ...testEnvironment('gateway', database.url),
    PUBLIC_URL: issuer,
    PORT: '0',
    // Mostly without NATS: specs run side by side and would get each other's events.
    ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
    ...environment,
  };
  const start = () => startGateway(variables, services, { ...usualPatience, ...patience });
  const gateway = await start();
  const sign = ({ claims = {}, header = {}, key = signing }: TokenParts = {}): Promise<string> =>
    new SignJWT({ ...freshClaims(), ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: 'at+jwt', ...header })
      .sign(key.privateKey);

  return {
    url: gateway.url,
    gateway,
    services,
    keys,
    signing,
    database,
    /** Another replica on the same database. */
    startReplica: start,
    sign,
    /** Ends a session, as auth would have committed it; whether anyone is told is up to the spec. */
    revoke: (value: string, kind: 'session' | 'token' = 'session') => {
      const expiresAt = new Date(Date.now() + 300_000).toISOString();
      const item = { position: ++revocations.head, kind, value, expiresAt };
      revocations.items.push(item);
      return item;
    },
    revocations,
    access,
    /** Resolves once the gateway has the access log up to here. */
    hasFollowed: (revision: number) => waitFor('the gateway to follow', async () => followed >= revision),
    ask: async (path: string, { token, ...init }: RequestInit & { token?: string } = {}) => {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      const answer = await fetch(gateway.url + path, { redirect: 'manual', ...init, headers });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
      const body: Record<string, unknown> = isJson ? JSON.parse(text) : {};
      return { status: answer.status, headers: answer.headers, text, body, code: body.code };
    },
    raw: (text: string): Promise<RawAnswer> => sendRaw(gateway.url, text),
    stop: async () => {
      await gateway.stop();
      await database.drop();
    },
  };
};

export type GatewayUnderTest = Awaited<ReturnType<typeof startGatewayUnderTest>>;
