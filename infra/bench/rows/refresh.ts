import { createApiClient } from '@rollcall/testing/api-client';
import { registerPerson, signIn } from '@rollcall/testing/people';
import { startStack } from '@rollcall/testing/stack';
import { addressOf } from '../gateway.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startHttpServer } from '../server.ts';

const people = 8;
const sessionsEach = 4;
const milliseconds = 3_000;

let addresses = 0;

/** Asks by as many clients as there are sessions, each as soon as it is answered; how many answers a second. */
const answersPerSecond = async (clients: readonly (() => Promise<void>)[]): Promise<number> => {
  const began = performance.now();
  let answers = 0;
  await Promise.all(
    clients.map(async (ask) => {
      while (performance.now() - began < milliseconds) {
        await ask();
        answers++;
      }
    }),
  );
  return answers / ((performance.now() - began) / 1_000);
};

export const measure = async (): Promise<Row> => {
  pinSelf('any');
  const stack = await startStack({ durable: true, environment: { TRUSTED_PROXIES: '127.0.0.0/8' } });
  const api = createApiClient(stack.gateway);
  const sessions: { refreshToken: string }[] = [];
  for (let n = 0; n < people; n++) {
    const person = await registerPerson(api, stack.mail);
    for (let more = 0; more < sessionsEach; more++) {
      const { refreshToken } = await signIn(api, person);
      sessions.push({ refreshToken });
    }
  }
  const refresh = (session: { refreshToken: string }) => async () => {
    const headers = { 'x-forwarded-for': addressOf(addresses++) };
    const { status, body } = await api('POST', '/v1/sessions/refresh', { body: { ...session }, headers });
    if (status !== 200) throw new Error(`a refresh answered ${status}`);
    session.refreshToken = body.refreshToken;
  };
  const baseline = await startHttpServer('servers/one-update.mjs', {
    core: 'any',
    environment: { DATABASE_URL: stack.postgres },
  });
  const update = createApiClient(baseline.url);
  const change = (id: number) => async () => {
    const { status } = await update('POST', '/', { body: { id } });
    if (status !== 200) throw new Error(`an update answered ${status}`);
  };
  const values = await inTurn({
    ours: () => answersPerSecond(sessions.map(refresh)),
    update: () => answersPerSecond(sessions.map((_, n) => change(n + 1))),
  });
  await baseline.stop();
  await stack.stop();
  pinSelf('other');
  const refreshes = { what: 'refreshes', unit: '/s', ours: values.ours };
  return {
    number: 9,
    title: 'Refresh',
    about: `${sessions.length} sessions that are refreshed without a pause through the gateway: the token is changed for another one, durably, and an access token signed. The product, Postgres and those who ask share all cores.`,
    comparisons: [
      {
        ...refreshes,
        baseline: 'one UPDATE … RETURNING for each request',
        theirs: values.update,
        target: { atLeast: 0.65 },
      },
    ],
    floors: [{ ...refreshes, target: { atLeast: 1_000 } }],
  };
};
