import { addressOf, startGateway } from '../gateway.ts';
import { requestsPerSecond } from '../load.ts';
import { startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startHttpServer } from '../server.ts';

const known = 250;

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  const gateway = await startGateway(platform);
  const environment = { UPSTREAM: gateway.upstream };
  const direct = await startHttpServer('servers/constant.mjs', { core: 'measured' });
  const hono = await startHttpServer('servers/hono-proxy.mjs', { core: 'measured', environment });
  const httpProxy = await startHttpServer('servers/http-proxy.mjs', { core: 'measured', environment });
  const tokens = await Promise.all(Array.from({ length: known }, () => gateway.token()));
  const headers = (n: number) => ({ 'x-forwarded-for': addressOf(n), authorization: `Bearer ${tokens[n % known]}` });
  const through = (url: string) => () => requestsPerSecond({ url: `${url}/v1/genders`, different: known, headers });
  const values = await inTurn({
    ours: through(gateway.url),
    direct: through(direct.url),
    hono: through(hono.url),
    httpProxy: through(httpProxy.url),
  });
  for (const server of [gateway, direct, hono, httpProxy]) await server.stop();
  await platform.stop();
  const common = { what: 'proxied requests', unit: '/s', ours: values.ours };
  return {
    number: 16,
    title: 'Gateway hop',
    about:
      'A small JSON answer of a service behind the gateway as it is shipped: with rate limits, authentication, a signed hop and ' +
      'security headers. The measured server has a core of its own.',
    comparisons: [
      { ...common, baseline: 'node:http without a hop', theirs: values.direct, target: { atLeast: 0.25 } },
      { ...common, baseline: 'hono/proxy', theirs: values.hono, target: { atLeast: 4 } },
      { ...common, baseline: 'http-proxy', theirs: values.httpProxy, target: { atLeast: 1.5 } },
    ],
    cause:
      'no single part stands out in a profile: Node’s HTTP server and client have half of it, Request, Response and Headers of the web ' +
      'platform a fifth, the signature of the hop a tenth, token, address and limits another. Node’s own objects and raw header ' +
      'lists on the way through, instead of the web’s, are what is left to gain. The load shares its core with the service behind ' +
      'the gateway, which is idle for a seventh of the time.',
  };
};
