import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, Pool } from 'undici';
import { ReplicaAddresses } from './replica-addresses.ts';
import type { ServiceRequest } from './service-request.ts';

const deadlineMilliseconds = 10_000;
/** What may be asked of another replica does not wait longer for this one, nor longer than half of all its patience. */
const attemptMilliseconds = 2_000;

/** No connection came about, so nothing can have been done. */
const neverArrived: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** Nothing came over the connection. */
const silent: readonly string[] = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];
/** The connection broke, or was silent, and nobody knows how far the service had come. */
const brokenOff: readonly string[] = [...neverArrived, ...silent, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** Between the rounds over all replicas; some 0.75 s in all: one may be back by then, and it is quick to say that none is. */
const pausesMilliseconds = [50, 100, 200, 400];
/** After so long there is no further round. */
const patienceMilliseconds = 2_500;
/** A 503 that took longer is no matter of one replica: asking the next one would only double the load. */
const quickMilliseconds = 250;
/** One that did not serve is asked last for so long. */
const distrustMilliseconds = 1_000;
/** One that says nothing costs each that asks it: it is asked last for longer each time, up to this. */
const longestDistrustMilliseconds = 8_000;

interface Replica {
  readonly pool: Pool;
  distrustedUntil: number;
  /** How often in a row it said nothing. */
  silences: number;
}

/**
 * The replicas of one service, asked in turn. When one breaks off or says nothing, each of the others is asked before it
 * is asked again: as long as one is there, whoever may be asked twice hears nothing of those that are not. One that says
 * 503 at once, as it does while it has only just started, is not asked again: each of the others is, once.
 */
export class Replicas {
  readonly #addresses: ReplicaAddresses;
  readonly #all = new Map<string, Replica>();
  #turn = 0;

  /** @param urls of replicas, or of names that stand for several */
  constructor(urls: readonly string[]) {
    this.#addresses = new ReplicaAddresses(urls);
  }

  /** @throws when no replica can be reached, or when one broke off and the request may not be repeated. */
  async send(request: ServiceRequest): Promise<Response> {
    const mayFollow = request.repeatable ? brokenOff : neverArrived;
    const late = performance.now() + patienceMilliseconds;
    for (let round = 0; ; round++) {
      let failure: unknown = new Error('there is no replica');
      let turnedAway: Response | undefined;
      const addresses = this.#addresses.current();
      const replicas = this.#inTurn(addresses instanceof Promise ? await addresses : addresses);
      for (const [index, replica] of replicas.entries()) {
        const isLast = index === replicas.length - 1;
        const began = performance.now();
        try {
          const answer = await ask(replica.pool, request, request.repeatable && !isLast);
          const isTurnedAway = answer.status === 503 && performance.now() - began < quickMilliseconds;
          replica.silences = 0;
          if (isTurnedAway) distrust(replica, false);
          if (!isTurnedAway || !request.repeatable) return answer;
          turnedAway = answer;
        } catch (error) {
          distrust(replica, isSilence(error, request));
          if (!mayFollow.includes(codeOf(error))) throw error;
          failure = error;
        }
      }
      if (turnedAway) return turnedAway;
      const pause = pausesMilliseconds[round];
      if (pause === undefined || performance.now() > late) throw failure;
      await delay(pause, undefined, request.signal ? { signal: request.signal } : {});
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ pool }) => pool.close()));
  }

  #inTurn(addresses: readonly string[]): readonly Replica[] {
    const all = addresses.map((address) => this.#find(address));
    this.#forgetAllBut(addresses);
    const first = this.#turn++ % Math.max(1, all.length);
    const now = performance.now();
    const isDistrusted = ({ distrustedUntil }: Replica): boolean => distrustedUntil > now;
    const turned = [...all.slice(first), ...all.slice(0, first)];
    return [...turned.filter((one) => !isDistrusted(one)), ...turned.filter(isDistrusted)];
  }

  #find(address: string): Replica {
    const known = this.#all.get(address);
    if (known) return known;
    const pool = new Pool(address, {
      connections: 32,
      headersTimeout: deadlineMilliseconds,
      bodyTimeout: deadlineMilliseconds,
      connect: { timeout: 1_000 },
    });
    const replica = { pool, distrustedUntil: 0, silences: 0 };
    this.#all.set(address, replica);
    return replica;
  }

  #forgetAllBut(addresses: readonly string[]): void {
    if (this.#all.size === addresses.length) return;
    for (const [address, { pool }] of this.#all) {
      if (addresses.includes(address)) continue;
      this.#all.delete(address);
      // Once its last answers are through; nobody is asked there any more.
      void pool.close();
    }
  }
}

/** Also where whoever asked lost patience first. */
const isSilence = (error: unknown, { signal }: ServiceRequest): boolean =>
  signal?.aborted === true || silent.includes(codeOf(error));

const distrust = (replica: Replica, isSilent: boolean): void => {
  const now = performance.now();
  // What was asked together fails together, and counts once.
  if (replica.distrustedUntil > now) return;
  const longer = isSilent ? 2 ** replica.silences : 1;
  replica.distrustedUntil = now + Math.min(distrustMilliseconds * longer, longestDistrustMilliseconds);
  if (isSilent) replica.silences++;
};

const ask = async (pool: Pool, request: ServiceRequest, briefly: boolean): Promise<Response> => {
  const attempt = Math.min(attemptMilliseconds, (request.patience ?? deadlineMilliseconds) / 2);
  const answer = await pool.request({
    method: request.method as Dispatcher.HttpMethod,
    path: request.target,
    headers: request.headers,
    body: request.body,
    signal: request.signal ?? null,
    ...(briefly ? { headersTimeout: attempt, bodyTimeout: attempt } : {}),
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
