import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiAnswer, ApiClient } from '@rollcall/testing/api-client';
import type { SignedInPerson } from '@rollcall/testing/people';

/** A request that may be asked again, and what it has to answer whatever is restarted meanwhile. */
interface Repeatable {
  readonly what: string;
  ask(): Promise<ApiAnswer>;
  isRight(answer: ApiAnswer): boolean;
}

export interface RepeatableProbe {
  /** What was answered in another way than it had to be, also when it was asked again where that may be. */
  readonly failures: readonly string[];
  /** First attempts that were answered 503, or not at all. */
  readonly turnedAway: readonly string[];
  /** How many requests there were of each kind. */
  readonly asked: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const patienceMilliseconds = 8_000;

/**
 * Asks for what may be asked again, over and over, and writes down whatever fails.
 *
 * Where the processor is so busy that news of a second ago are not through, services rightly answer 503 for a moment: what
 * was turned away is asked again each time `Retry-After` says so, and is served within seconds.
 */
export const probeRepeatable = (api: ApiClient, admin: SignedInPerson, person: SignedInPerson): RepeatableProbe => {
  const failures: string[] = [];
  const turnedAway: string[] = [];
  const asked: Record<string, number> = {};
  const stopping = new AbortController();

  const keepAsking = async (repeatable: Repeatable): Promise<void> => {
    while (!stopping.signal.aborted) {
      asked[repeatable.what] = (asked[repeatable.what] ?? 0) + 1;
      const began = performance.now();
      let answer = await judged(repeatable);
      if (isTurnedAway(answer)) turnedAway.push(answer.failure ?? '');
      while (isTurnedAway(answer) && performance.now() - began < patienceMilliseconds) {
        await delay(answer.retryAfterMilliseconds);
        answer = await judged(repeatable);
      }
      if (answer.failure !== undefined) failures.push(answer.failure);
      await delay(20);
    }
  };

  const asking = repeatables(api, admin, person).map(keepAsking);
  return {
    failures,
    turnedAway,
    asked,
    stop: async () => {
      stopping.abort();
      await Promise.all(asking);
    },
  };
};

const repeatables = (api: ApiClient, admin: SignedInPerson, person: SignedInPerson): Repeatable[] => {
  const { token } = admin;
  let made = 0;
  const createTwice = async () => {
    const name = `probe.${process.pid}.${++made}`;
    const body = { name, description: 'Made while things are restarted.' };
    const create = () => api('POST', '/v1/permissions', { token, body, headers: { 'idempotency-key': name } });
    const first = await create();
    if (first.status === 503) return first;
    const second = await create();
    if (first.status !== 201 || second.status === 503 || isDeepStrictEqual(first.body, second.body)) return second;
    throw new Error(`the second answer is ${second.status} ${JSON.stringify(second.body)}`);
  };
  return [
    {
      what: 'GET own profile',
      ask: () => api('GET', '/v1/users/me', { token: person.token }),
      isRight: ({ status, body }) => status === 200 && body.username === person.username,
    },
    {
      what: 'GET a permission check',
      ask: () => api('GET', `/users/${admin.id}?permission=admin`, { token }),
      isRight: ({ status, body }) => status === 200 && body.granted === true,
    },
    {
      what: 'GET own sessions',
      ask: () => api('GET', '/v1/sessions', { token: person.token }),
      isRight: ({ status }) => status === 200,
    },
    {
      what: 'GET the activity',
      ask: () => api('GET', '/v1/activity', { token }),
      isRight: ({ status }) => status === 200,
    },
    {
      what: 'GET whether a name is free',
      ask: () => api('GET', `/v1/registrations/availability?username=${person.username}`),
      isRight: ({ status }) => status === 200,
    },
    {
      what: 'PUT a grant',
      ask: () => api('PUT', `/v1/users/${person.id}/permissions/users.read`, { token }),
      isRight: ({ status }) => status === 200,
    },
    {
      what: 'POST a permission twice with one key',
      ask: createTwice,
      isRight: ({ status }) => status === 201,
    },
  ];
};

interface Judged {
  /** 0 when the connection broke off without an answer. */
  readonly status: number;
  readonly retryAfterMilliseconds: number;
  readonly failure: string | undefined;
}

const isTurnedAway = ({ status }: Judged): boolean => status === 503 || status === 0;

const judged = async ({ what, ask, isRight }: Repeatable): Promise<Judged> => {
  const began = performance.now();
  const after = () => `${what} after ${Math.round(performance.now() - began)} ms`;
  try {
    const answer = await ask();
    const { status, body, headers } = answer;
    const failure = isRight(answer) ? undefined : `${after()}: ${status} ${JSON.stringify(body)}`;
    return { status, retryAfterMilliseconds: Number(headers.get('retry-after') ?? 1) * 1_000, failure };
  } catch (error) {
    return { status: 0, retryAfterMilliseconds: 100, failure: `${after()}: ${described(error)}` };
  }
};

const described = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  return `${error} ${cause instanceof Error && 'code' in cause ? cause.code : ''} ${cause ?? ''}`;
};
