import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, Pool } from 'undici';
import type { ServiceRequest } from './service-request.ts';

const deadlineMilliseconds = 10_000;

/** No connection came about, so nothing can have been done. */
const neverArrived: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** The connection broke, and nobody knows how far the service had come. */
const brokenOff: readonly string[] = [...neverArrived, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** Between the rounds over all replicas; some 0.75 s in all: one may be back by then, and it is quick to say that none is. */
const pausesMilliseconds = [50, 100, 200, 400];
/** Not even where each attempt takes its time. */
const patienceMilliseconds = 2_500;
/** A 503 that took longer is no matter of one replica: asking the next one would only double the load. */
const quickMilliseconds = 250;
/** One that did not answer, or turned somebody away, is asked last for so long. */
const distrustMilliseconds = 1_000;

interface Replica {
  readonly pool: Pool;
  distrustedUntil: number;
}

/**
 * The replicas of one service, asked in turn. When one breaks off, each of the others is asked before it is asked again:
 * as long as one is there, whoever asks hears nothing of those that are not. One that says 503 at once, as it does while it
 * has only just started, is not asked again: each of the others is, once.
 */
export class Replicas {
  readonly #all: readonly Replica[];
  #turn = 0;

  constructor(addresses: readonly string[]) {
    this.#all = addresses.map((address) => ({
      distrustedUntil: 0,
      pool: new Pool(address, {
        connections: 32,
        headersTimeout: deadlineMilliseconds,
        bodyTimeout: deadlineMilliseconds,
        connect: { timeout: 1_000 },
      }),
    }));
  }

  /** @throws when no replica can be reached, or when one broke off and the request may not be repeated. */
  async send(request: ServiceRequest): Promise<Response> {
    const mayFollow = request.repeatable ? brokenOff : neverArrived;
    const late = performance.now() + patienceMilliseconds;
    for (let round = 0; ; round++) {
      let failure: unknown = new Error('there is no replica');
      let turnedAway: Response | undefined;
      for (const replica of this.#inTurn()) {
        const began = performance.now();
        try {
          const answer = await ask(replica.pool, request);
          const isQuick = performance.now() - began < quickMilliseconds;
          if (answer.status !== 503 || !request.repeatable || !isQuick) return answer;
          replica.distrustedUntil = performance.now() + distrustMilliseconds;
          turnedAway = answer;
        } catch (error) {
          replica.distrustedUntil = performance.now() + distrustMilliseconds;
          if (!mayFollow.includes(codeOf(error)) || performance.now() > late) throw error;
          failure = error;
        }
      }
      if (turnedAway) return turnedAway;
      const pause = pausesMilliseconds[round];
      if (pause === undefined) throw failure;
      await delay(pause, undefined, request.signal ? { signal: request.signal } : {});
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ pool }) => pool.close()));
  }

  #inTurn(): readonly Replica[] {
    if (this.#all.length === 1) return this.#all;
    const first = this.#turn++ % Math.max(1, this.#all.length);
    const now = performance.now();
    const isDistrusted = ({ distrustedUntil }: Replica): boolean => distrustedUntil > now;
    const turned = [...this.#all.slice(first), ...this.#all.slice(0, first)];
    return [...turned.filter((one) => !isDistrusted(one)), ...turned.filter(isDistrusted)];
  }
}

const ask = async (pool: Pool, request: ServiceRequest): Promise<Response> => {
  const answer = await pool.request({
    method: request.method as Dispatcher.HttpMethod,
    path: request.target,
    headers: request.headers,
    body: request.body,
    signal: request.signal ?? null,
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
  }
  const body = Buffer.from(await answer.body.arrayBuffer());
  return new Response(body.length === 0 ? null : body, { status: answer.statusCode, headers });
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
