import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AskRight,
  allowedLater,
  byCheck,
  byProfile,
  firstDeny,
  histogramOf,
  probeRight,
} from './access-latency.ts';
import { type SeparateStack, startSeparateStack } from './separate-stack.ts';

/** More with `npm run faults`. */
const rounds = Number(process.env.FAULTS_ROUNDS ?? 1) * 4;
/** Nothing is allowed from a state that is older. */
const boundMilliseconds = 1_000;

let separate: SeparateStack;
let api: ApiClient;
/** The other gateway, which does not see what goes through the first. */
let other: ApiClient;
let admin: SignedInPerson;
let person: SignedInPerson;

beforeAll(async () => {
  separate = await startSeparateStack('gateway=2,role-permission=2');
  const { stack } = separate;
  const [second] = stack.moreGateways;
  if (second === undefined) throw new Error('there is no second gateway');
  [api, other] = [createApiClient(stack.gateway), createApiClient(second)];
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  person = await registerPerson(api, stack.mail);
}, 120_000);

afterAll(() => separate?.stack.stop());

let names = 0;

/** A new permission that the person has, as far as everybody knows. */
const given = async (): Promise<string> => {
  const name = `fault.${++names}`;
  const body = { name, description: 'Taken away while it is asked for.' };
  const made = await api('POST', '/v1/permissions', { token: admin.token, body });
  expect(made.status).toBe(201);
  expect((await api('PUT', `/v1/users/${person.id}/permissions/${name}`, { token: admin.token })).status).toBe(200);
  for (const ask of [byCheck(api), byCheck(other), byProfile(api)]) {
    await waitFor('the right', async () => (await ask(person, name)).allowed === true);
  }
  return name;
};

const revoked = async (name: string): Promise<number> => {
  await waitFor('the right to be taken away', async () => {
    const { status } = await api('DELETE', `/v1/users/${person.id}/permissions/${name}`, { token: admin.token });
    return status === 200;
  });
  return performance.now();
};

interface Place {
  readonly name: string;
  readonly ask: () => AskRight;
  /** Of two replicas one may know later than the other. */
  readonly isOneGateway: boolean;
}
const places: readonly Place[] = [
  { name: 'the gateway that the change went through', ask: () => byCheck(api), isOneGateway: true },
  { name: 'another gateway', ask: () => byCheck(other), isOneGateway: true },
  { name: 'a service that asks the owner', ask: () => byProfile(other), isOneGateway: false },
];

/** Takes a right away over and over while it is asked for everywhere; fails when it is allowed longer than the bound. */
const probed = async (about: string): Promise<void> => {
  const took = new Map(places.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    const permission = await given();
    const probes = places.map(({ ask }) => probeRight(ask(), person, permission, 200 / places.length));
    await waitFor('answers', async () => probes.every(({ found }) => found.length > 10));
    const since = await revoked(permission);
    await waitFor('everybody to deny it', async () => probes.every((probe) => firstDeny(probe, since) !== undefined));
    await delay(Math.max(0, since + boundMilliseconds + 250 - performance.now()));
    for (const probe of probes) await probe.stop();
    for (const [index, probe] of probes.entries()) {
      const name = places[index]?.name ?? '';
      expect([name, allowedLater(probe, since, boundMilliseconds)]).toEqual([name, []]);
      // No gateway goes back: a question that was sent after an answer "no" is answered "no".
      const no = since + (firstDeny(probe, since) ?? 0);
      if (places[index]?.isOneGateway) expect([name, allowedLater(probe, no, 0)]).toEqual([name, []]);
      took.get(name)?.push(firstDeny(probe, since) ?? Number.NaN);
      expect(probe.found.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    }
  }
  for (const [name, milliseconds] of took) {
    process.stderr.write(`first "no" ${about}, ${name}: ${histogramOf(milliseconds)}\n`);
  }
};

describe('a right that is taken away while it is asked for', () => {
  it(
    'is denied everywhere within a second of the answer, and never allowed again (F28)',
    () => probed('as a rule'),
    120_000,
  );

  it('is not seen once more at the gateway that the change went through', async () => {
    for (let round = 0; round < rounds; round++) {
      const permission = await given();
      await revoked(permission);
      expect((await byCheck(api)(person, permission)).allowed).toBe(false);
    }
  });

  it('is denied to whoever names the revision of its end, at whichever gateway (N59)', async () => {
    for (let round = 0; round < rounds; round++) {
      const permission = await given();
      const path = `/v1/users/${person.id}/permissions/${permission}`;
      const { headers } = await api('DELETE', path, { token: admin.token });
      const minRevision = headers.get('rollcall-revision');
      const body = { user: 'user:me', relation: 'holder', object: `permission:${permission}`, minRevision };
      const answer = await other('POST', '/v1/access/check', { token: person.token, body });
      expect([answer.status, answer.body.allowed]).toEqual([200, false]);
    }
  });

  it('is denied within a second also while NATS says nothing', async () => {
    const pid = await serverProcess(separate.stack, 'NATS');
    process.kill(pid, 'SIGSTOP');
    try {
      await probed('without NATS');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }, 180_000);

  it('is denied within a second also when NATS is killed', async () => {
    const { upAgain } = await separate.signal(['NATS'], 'SIGKILL');
    await probed('with a NATS that has just been killed');
    await upAgain;
  }, 180_000);
});

describe('while nobody can say what is so', () => {
  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'checks are answered 503 after a second at most, everything else goes on, and it is over by itself (%s)',
    async (signal) => {
      const permission = await given();
      const probes = [byCheck(api), byCheck(other)].map((ask) => probeRight(ask, person, permission, 50));
      const owners = ['role-permission', 'role-permission 2'] as const;
      const pids = await Promise.all(owners.map((name) => serverProcess(separate.stack, name)));
      // What is killed would be back before the second is over: whoever starts it again stands still.
      const held = signal === 'SIGKILL' ? [separate.stack.launcherPid] : pids;
      for (const pid of held) process.kill(pid, 'SIGSTOP');
      const since = performance.now();
      try {
        if (signal === 'SIGKILL') for (const pid of pids) process.kill(pid, signal);
        await waitFor('both gateways to say that they do not know', async () =>
          probes.every(({ found }) => found.some(({ status, sentAt }) => status === 503 && sentAt > since)),
        );
        expect((await api('GET', '/v1/users/me', { token: person.token })).status).toBe(200);
        // What is asked about is longer than the bound, and nothing is known of it.
        if (signal === 'SIGSTOP') await delay(boundMilliseconds);
      } finally {
        for (const pid of held) process.kill(pid, 'SIGCONT');
      }
      const told = performance.now();
      await waitFor(
        'both gateways to know again',
        async () => probes.every(({ found }) => found.some(({ allowed, sentAt }) => allowed === true && sentAt > told)),
        60_000,
      );
      for (const probe of probes) {
        await probe.stop();
        expect(probe.found.filter(({ allowed }) => allowed === false)).toEqual([]);
        expect(probe.found.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
        if (signal === 'SIGSTOP') {
          const meanwhile = { ...probe, found: probe.found.filter(({ answeredAt }) => answeredAt < told) };
          expect(allowedLater(meanwhile, since, boundMilliseconds)).toEqual([]);
        }
      }
      const first = (probe: (typeof probes)[number]) =>
        Math.min(...probe.found.filter(({ status }) => status === 503).map(({ answeredAt }) => answeredAt)) - since;
      process.stderr.write(`first 503 after ${signal}: ${histogramOf(probes.map(first))}\n`);
    },
    120_000,
  );
});
