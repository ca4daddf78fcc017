import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '@rollcall/testing/api-client';
import type { SignedInPerson } from '@rollcall/testing/people';

/** What became of one question about somebody's right. */
export interface Found {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** True and false as it was answered; undefined when nobody could say, with 503. */
  readonly allowed: boolean | undefined;
  /** 0 when no answer came. */
  readonly status: number;
}

export interface RightProbe {
  readonly found: readonly Found[];
  stop(): Promise<void>;
}

/** Where a right can be asked for: the answer, or undefined while nobody can say. */
export type AskRight = (person: SignedInPerson, permission: string) => Promise<Pick<Found, 'allowed' | 'status'>>;

/** Asks the gateway, as the person themselves. */
export const byCheck =
  (api: ApiClient): AskRight =>
  async ({ token }, permission) => {
    const body = { user: 'user:me', relation: 'holder', object: `permission:${permission}` };
    const answer = await api('POST', '/v1/access/check', { token, body });
    return { status: answer.status, allowed: answer.status === 200 ? answer.body.allowed : undefined };
  };

/** Asks another service, which asks the owner. */
export const byProfile =
  (api: ApiClient): AskRight =>
  async ({ token, id }, permission) => {
    const answer = await api('GET', `/users/${id}?permission=${permission}`, { token });
    return { status: answer.status, allowed: answer.status === 200 ? answer.body.granted : undefined };
  };

/** Asks over and over, a question every so often whether the last was answered or not. */
export const probeRight = (ask: AskRight, person: SignedInPerson, permission: string, perSecond = 200): RightProbe => {
  const found: Found[] = [];
  const asked = new Set<Promise<void>>();
  let open = true;
  const once = async () => {
    const sentAt = performance.now();
    const answer = await ask(person, permission).catch(() => ({ status: 0, allowed: undefined }));
    found.push({ sentAt, answeredAt: performance.now(), ...answer });
  };
  const asking = (async () => {
    for (let due = performance.now(); open; due += 1_000 / perSecond) {
      await delay(Math.max(0, due - performance.now()));
      const question = once();
      asked.add(question);
      void question.finally(() => asked.delete(question));
      // A machine that cannot keep up is asked less.
      if (asked.size > 50) await Promise.race(asked);
    }
  })();
  return {
    found,
    stop: async () => {
      open = false;
      await asking;
      await Promise.all(asked);
    },
  };
};

/** Milliseconds from a moment until the first question that was denied had its answer; undefined when none was. */
export const firstDeny = ({ found }: RightProbe, since: number): number | undefined => {
  const denied = found.filter(({ allowed, sentAt }) => allowed === false && sentAt >= since);
  return denied.length === 0 ? undefined : Math.min(...denied.map(({ answeredAt }) => answeredAt)) - since;
};

/** What was asked later than so many milliseconds after a moment, and allowed all the same. */
export const allowedLater = ({ found }: RightProbe, since: number, milliseconds: number): readonly Found[] =>
  found.filter(({ allowed, sentAt }) => allowed === true && sentAt > since + milliseconds);

/** How long things took, for people to read. */
export const histogramOf = (milliseconds: readonly number[]): string => {
  const bounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, Number.POSITIVE_INFINITY];
  const rows = bounds.map((bound, index) => {
    const above = bounds[index - 1] ?? 0;
    const count = milliseconds.filter((one) => one > above && one <= bound).length;
    return count === 0 ? [] : [`${above} to ${bound} ms: ${count}`];
  });
  return rows.flat().join(', ');
};
