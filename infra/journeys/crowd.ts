import { setTimeout as delay } from 'node:timers/promises';
import { type ApiAnswer, type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { newcomer, type SignedInPerson } from '@rollcall/testing/people';
import type { Promised } from '@rollcall/testing/promises';
import type { Stack } from '@rollcall/testing/stack';

/** Of the permissions made so far: a later crowd on the same stack makes others. */
let number = 0;

/** What somebody was answered while things broke. */
export interface Answered {
  readonly what: string;
  /** 0 when the connection broke off, or nothing came of it for {@link patienceMilliseconds}. */
  readonly status: number;
  readonly code: string | undefined;
  readonly milliseconds: number;
}

export interface Crowd {
  readonly answers: readonly Answered[];
  readonly promised: Promised;
  /** Lets everybody finish what they are at. */
  leave(): Promise<void>;
}

export interface CrowdOptions {
  readonly admin: SignedInPerson;
  readonly people: readonly SignedInPerson[];
  /** Milliseconds between two things that the same person does. */
  readonly pace?: number;
  /** How they reach the stack; through its first gateway unless told. */
  readonly api?: ApiClient;
}

/**
 * People at work: signing up, signing in, signing out, and an administrator handing out permissions. Everything they
 * are answered is written down, and what they were promised.
 */
export const gather = (stack: Stack, options: CrowdOptions): Crowd => {
  const { admin, people, pace = 250 } = options;
  const answers: Answered[] = [];
  const promised: Promised = { signUps: [], sessions: [], grants: [], ended: [] };
  const api = timed(options.api ?? createApiClient(stack.gateway), answers);
  let open = true;

  const keepDoing = async (what: () => Promise<void>): Promise<void> => {
    while (open) {
      await what();
      await delay(pace);
    }
  };

  const signUp = async (): Promise<void> => {
    const person = newcomer('crowd');
    const { email, username, password } = person;
    const answer = await api('POST', '/v1/registrations', { body: { email, username, password } });
    if (answer?.status === 202) promised.signUps.push(person);
    // One address may sign up a hundred times a minute.
    await delay(750);
  };

  let visits = 0;
  const signIn = (person: SignedInPerson) => async (): Promise<void> => {
    const body = { identifier: person.username, password: person.password };
    const answer = await api('POST', '/v1/sessions', { body });
    if (answer?.status !== 201) return;
    const token: string = answer.body.accessToken;
    await api('GET', '/v1/users/me', { token });
    // And six hundred times sign in.
    await delay(500);
    if (++visits % 2 === 0) {
      promised.sessions.push({ person, token });
      return;
    }
    // Every other one signs out again.
    const out = await api('DELETE', '/v1/sessions/current', { token });
    // Whoever is not told may have been signed out: it was done, and its answer was lost.
    if (!out || out.status >= 500) return;
    if (out.status < 300) promised.ended.push({ token });
    else promised.sessions.push({ person, token });
  };

  const grant = async (): Promise<void> => {
    const person = people[number % people.length];
    if (!person) return;
    const name = `crowd.${process.pid}.${++number}`;
    const body = { name, description: 'Made while things break.' };
    const made = await api('POST', '/v1/permissions', { token: admin.token, body });
    if (made?.status !== 201) return;
    const given = await api('PUT', `/v1/users/${person.id}/permissions/${name}`, { token: admin.token });
    if (given?.status === 200) promised.grants.push({ userId: person.id, name });
  };

  const work = [keepDoing(signUp), keepDoing(grant), ...people.map((person) => keepDoing(signIn(person)))];
  return {
    answers,
    promised,
    leave: async () => {
      open = false;
      await Promise.all(work);
    },
  };
};

/** Longer than any part of the product waits for another: who is not answered by then never would be. */
const patienceMilliseconds = 15_000;

const timed =
  (api: ApiClient, answers: Answered[]) =>
  async (...request: Parameters<ApiClient>): Promise<ApiAnswer | undefined> => {
    const startedAt = performance.now();
    const answer = await Promise.race([api(...request).catch(() => undefined), delay(patienceMilliseconds, undefined)]);
    answers.push({
      what: `${request[0]} ${request[1].replace(/[0-9a-f-]{36}|crowd\.\d+\.\d+/g, ':id')}`,
      status: answer?.status ?? 0,
      code: answer?.body?.code,
      milliseconds: Math.round(performance.now() - startedAt),
    });
    return answer;
  };

/** How many answers there were of each kind, for people to read. */
export const summaryOf = (answers: readonly Answered[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { what, status, code } of answers) {
    const kind = `${what} ${status}${code === undefined ? '' : ` ${code}`}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** What nobody should ever be answered: nothing, or a failure of ours that is not a clean 503. */
export const unclean = (answers: readonly Answered[]): Answered[] =>
  answers.filter(({ status }) => status === 0 || (status >= 500 && status !== 503));

/** How long it took as a rule to be turned away; a single one says more about the machine than about the product. */
export const usualRefusalMilliseconds = (answers: readonly Answered[]): number => {
  const refusals = answers.filter(({ status }) => status === 503).map(({ milliseconds }) => milliseconds);
  return refusals.toSorted((one, other) => one - other)[Math.floor(refusals.length / 2)] ?? 0;
};
