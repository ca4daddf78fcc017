import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { addressOf } from '../gateway.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const floodWidth = 16;
const checksPerSecond = 200;
const seconds = 5;

interface Subject {
  readonly stack: Stack;
  readonly admin: SignedInPerson;
  readonly people: readonly SignedInPerson[];
}

const startSubject = async (environment: Readonly<Record<string, string>>): Promise<Subject> => {
  const stack = await startStack({ durable: true, environment: { TRUSTED_PROXIES: '127.0.0.0/8', ...environment } });
  const api = createApiClient(stack.gateway);
  const admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  const people: SignedInPerson[] = [];
  for (let n = 0; n < floodWidth; n++) people.push(await registerPerson(api, stack.mail));
  return { stack, admin, people };
};

let addresses = 0;

/** Signs people in over and over, all at once, until told to stop; how many sign-ins succeeded. */
const flood = ({ stack, people }: Subject): (() => Promise<number>) => {
  const api = createApiClient(stack.gateway);
  let open = true;
  let signedIn = 0;
  const work = people.map(async ({ username, password }) => {
    while (open) {
      const headers = { 'x-forwarded-for': addressOf(addresses++) };
      const body = { identifier: username, password };
      const { status } = await api('POST', '/v1/sessions', { body, headers });
      if (status === 201) signedIn++;
      else if (status !== 503) throw new Error(`a sign-in answered ${status}`);
    }
  });
  return async () => {
    open = false;
    await Promise.all(work);
    return signedIn;
  };
};

/** The delay, in ms, that 99 of 100 checks stay below while one begins every so often, whether the last is done or not. */
const slowestCheck = async ({ stack, admin, people }: Subject): Promise<number> => {
  const api = createApiClient(stack.gateway);
  const body = { user: `user:${people[0]?.id}`, relation: 'holder', object: 'permission:users.read' };
  const took: number[] = [];
  const checks: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < checksPerSecond * seconds; n++) {
    const due = began + (n * 1_000) / checksPerSecond;
    await delay(Math.max(0, due - performance.now()));
    checks.push(
      api('POST', '/v1/access/check', { token: admin.token, body, headers: { 'x-forwarded-for': addressOf(n) } }).then(
        ({ status }) => {
          if (status !== 200) throw new Error(`a check answered ${status}`);
          // From when it should have begun: who is kept waiting before the door waits too.
          took.push(performance.now() - due);
        },
      ),
    );
  }
  await Promise.all(checks);
  return took.sort((one, other) => one - other)[Math.ceil(took.length * 0.99) - 1] ?? Number.NaN;
};

export const measure = async (): Promise<Row> => {
  // Who hashes on one core while another one serves can show it only where there are two.
  pinSelf('any');
  const ours = await startSubject({});
  const unlimited = await startSubject({ HASHES_AT_ONCE: '16' });
  const signIns = { ours: [] as number[], unlimited: [] as number[] };
  const under = (subject: Subject, counts: number[]) => async () => {
    const began = performance.now();
    const stop = flood(subject);
    const milliseconds = await slowestCheck(subject);
    counts.push((await stop()) / ((performance.now() - began) / 1_000));
    // Mails and events of the flood.
    await delay(3_000);
    return milliseconds;
  };
  const values = await inTurn({
    ours: under(ours, signIns.ours),
    unlimited: under(unlimited, signIns.unlimited),
    quiet: () => slowestCheck(ours),
  });
  await ours.stack.stop();
  await unlimited.stack.stop();
  pinSelf('other');
  const baseline = 'the same with 16 hashes at once on four threads';
  return {
    number: 8,
    title: 'Isolation from a flood of sign-ins',
    about: `${floodWidth} people who sign in without a pause, and ${checksPerSecond} checks a second beside them; the product, Postgres, NATS and those who ask share all cores.`,
    comparisons: [
      {
        what: 'p99 of the checks',
        unit: 'ms',
        ours: values.ours,
        baseline,
        theirs: values.unlimited,
        target: { atMost: 0.1 },
      },
      {
        what: 'p99 of the checks',
        unit: 'ms',
        ours: values.ours,
        baseline: 'without a flood',
        theirs: values.quiet,
        target: { atMost: 4 },
      },
      {
        what: 'sign-ins',
        unit: '/s',
        ours: signIns.ours.slice(1),
        baseline,
        theirs: signIns.unlimited.slice(1),
        target: { atLeast: 1.5 },
      },
    ],
    cause:
      'one hash takes 40 ms of a core here, and a whole sign-in, with its events and mails, as much again of another: the event ' +
      'loop, the hashing thread, Postgres and those who ask share two cores in equal turns. Hashing in a process of a lower ' +
      'priority would give the checks their turn first; four threads get more sign-ins done because nothing else may have a core then.',
  };
};
