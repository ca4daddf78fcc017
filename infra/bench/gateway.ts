import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Graph } from '@rollcall/authorization/graph';
import type { Tuple } from '@rollcall/authorization/tuple';
import { newId } from '@rollcall/service-kit/identity';
import { serviceNames } from '@rollcall/types/services';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { environmentOf } from '../local/bootstrap/plan.mjs';
import { runTool } from '../local/bootstrap/tool.mjs';
import { migrateAll } from '../local/src/preparation.ts';
import { definitionText, model } from './access-world.ts';
import type { Platform } from './platform.ts';
import { type Server, startHttpServer, startServer } from './server.ts';

/** The gateway as it is shipped, before services that answer everything with the same few bytes. */
export interface GatewayUnderLoad {
  readonly url: string;
  readonly upstream: string;
  /** An access token, of somebody new unless told. */
  token(subject?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Addresses that requests say they come from: one alone would meet its rate limit. */
export const addressOf = (n: number): string => `10.0.${Math.floor(n / 250) % 250}.${n % 250}`;

/** @param tuples of the graph that it answers checks from; none unless told */
export const startGateway = async (
  { plan, folder }: Platform,
  tuples: readonly Tuple[] = [],
): Promise<GatewayUnderLoad> => {
  if ((await runTool(['turbo', 'run', 'build', '--filter=@rollcall/gateway', '--output-logs=errors-only'])) !== 0) {
    throw new Error('the gateway could not be built');
  }
  await migrateAll(plan);
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  const servers: Server[] = [];
  const upstream = await startHttpServer('servers/constant.mjs', {
    core: 'other',
    environment: { JWKS: JSON.stringify({ keys: [key] }), ...writeGraph(join(folder, 'graph.json'), tuples) },
  });
  servers.push(upstream);
  const urls = serviceNames
    .filter((service) => service !== 'gateway')
    .map((service) => `${service}=${upstream.url}`)
    .join(',');
  const port = Number(plan.environment.gateway.PORT);
  const environment = environmentOf(plan, { service: 'gateway', port, urls });
  const file = '../../services/gateway/dist/main.js';
  servers.unshift(
    await startServer(file, { core: 'measured', environment: { ...environment, TRUSTED_PROXIES: '127.0.0.0/8' } }),
  );
  const issuer = new URL(environment.PUBLIC_URL ?? '').origin;
  return {
    url: `http://127.0.0.1:${port}`,
    upstream: upstream.url,
    token: (subject = newId()) =>
      new SignJWT({
        sid: newId(),
        jti: newId(),
        client_id: 'rollcall',
        auth_time: Math.floor(Date.now() / 1_000),
        amr: ['pwd'],
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'bench', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(subject)
        .setExpirationTime('1h')
        .sign(privateKey),
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
};

/** What the owner of the graph would say of it: all of it, and that nothing happens to it any more. */
const writeGraph = (file: string, tuples: readonly Tuple[]): { GRAPH: string; CHANGES: string } => {
  const graph = new Graph(model);
  for (const tuple of tuples) graph.write(tuple);
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const snapshot = Buffer.from(graph.toSnapshot({ revision: 1, epoch: '1' }, digest)).toString('base64');
  const standing = { epoch: 1, revision: 1, age: 0, place: 'bench@1', at: 1, modelDigest: 'bench' };
  writeFileSync(file, JSON.stringify({ ...standing, model: definitionText, snapshot, barred: [] }));
  return { GRAPH: file, CHANGES: JSON.stringify({ ...standing, reload: false, entries: [], changes: [] }) };
};
