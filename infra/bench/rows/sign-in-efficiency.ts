import { createApiClient } from '@rollcall/testing/api-client';
import { registerPerson } from '@rollcall/testing/people';
import { startStack } from '@rollcall/testing/stack';
import argon2 from 'argon2';
import postgres from 'postgres';
import { answersPerSecond } from '../closed-loop.ts';
import { addressOf } from '../gateway.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const people = 8;
const milliseconds = 5_000;

let addresses = 0;

export const measure = async (): Promise<Row> => {
  pinSelf('any');
  // One hash at a time on either side: a thread to hash on, and the rest of the machine for the rest.
  const environment = { TRUSTED_PROXIES: '127.0.0.0/8', HASHES_AT_ONCE: '1' };
  const stack = await startStack({ durable: true, environment });
  const api = createApiClient(stack.gateway);
  const everybody = await Promise.all(Array.from({ length: people }, () => registerPerson(api, stack.mail)));
  const sql = postgres(stack.postgres, { max: 1 });
  const kept = await sql<{ hash: string }[]>`
    select password_hash as hash from auth.credentials where user_id = ${everybody[0]?.id ?? ''}`;
  await sql.end();
  const [hash = '', password = ''] = [kept[0]?.hash, everybody[0]?.password];

  const signIn =
    ({ username, password }: (typeof everybody)[number]) =>
    async () => {
      const headers = { 'x-forwarded-for': addressOf(addresses++) };
      const body = { identifier: username, password };
      const { status } = await api('POST', '/v1/sessions', { body, headers });
      if (status !== 201) throw new Error(`a sign-in was answered ${status}`);
    };
  const verify = async () => {
    if (!(await argon2.verify(hash, password))) throw new Error('the password does not match');
  };
  const values = await inTurn({
    ours: () => answersPerSecond(everybody.map(signIn), milliseconds),
    verifies: () => answersPerSecond([verify], milliseconds),
  });
  await stack.stop();
  pinSelf('other');
  const signIns = { what: 'sign-ins', unit: '/s', ours: values.ours };
  return {
    number: 7,
    title: 'Efficiency of a sign-in',
    about: `${people} people who sign in with their passwords without a pause, through the gateway, each with a session, tokens, an event and a line in the trail; one hash at a time (argon2id, 19 MiB, two passes). The product, Postgres, NATS and those who ask share all cores.`,
    comparisons: [
      {
        ...signIns,
        baseline: 'the hash compared and nothing else, one at a time, by the same library',
        theirs: values.verifies,
        target: { atLeast: 0.8 },
      },
    ],
    floors: [{ ...signIns, target: { atLeast: 35 } }],
    cause:
      'one hash takes 31 ms of a core here, so that no sign-in can be faster than 32 a second beside it; the rest of a sign-in, and ' +
      'whoever asks, runs on the other core and waits for its turn there.',
  };
};
