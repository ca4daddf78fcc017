import { registry } from './metrics.ts';
import type { RunningService } from './service.ts';

/** Answers what an orchestrator asks a process; undefined for everything else. */
export type Probes = (request: Request) => Promise<Response> | undefined;

/**
 * `/livez`: the process answers at all. `/readyz`: requests may be sent here, which is so while the database answers and
 * the process is not stopping. That NATS is away is told, and keeps nobody out: events wait, and requests are served.
 * `/metrics`: Prometheus text.
 *
 * They are unsigned, and on the port that only the gateway and the operator reach.
 */
export const createProbes = (service: RunningService, isStopping: () => boolean): Probes => {
  const readiness = async (): Promise<Response> => {
    const dependencies = await service.readiness();
    const ready = !isStopping() && Object.entries(dependencies).every(([name, is]) => name === 'nats' || is === 'ok');
    return answer({ ready, stopping: isStopping(), dependencies }, ready ? 200 : 503);
  };
  const probes: Readonly<Record<string, () => Promise<Response>>> = {
    '/livez': async () => answer({ alive: true }, 200),
    '/readyz': readiness,
    '/metrics': async () =>
      new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } }),
  };
  return (request) => (request.method === 'GET' ? probes[new URL(request.url).pathname]?.() : undefined);
};

const answer = (body: unknown, status: number): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
