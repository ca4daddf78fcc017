import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { mailPatienceMilliseconds } from '@rollcall/testing/promises';
import { type ServerName, serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import { type ServiceName, serviceNames } from '@rollcall/types/services';
import postgres, { type Sql } from 'postgres';
import { Agent, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBalancedClient } from './balanced-client.ts';
import { gather, summaryOf, unclean } from './crowd.ts';
import { probeRepeatable } from './repeatable-requests.ts';
import { type SeparateStack, startSeparateStack } from './separate-stack.ts';
import { probeServices } from './service-routes.ts';

/** Every replica of every service with `npm run faults`. */
const thorough = Number(process.env.FAULTS_ROUNDS ?? 0) > 1;

let separate: SeparateStack;
let api: ApiClient;
let admin: SignedInPerson;
const people: SignedInPerson[] = [];

/**
 * Shorter than a server that stops waits for its clients: whoever keeps a connection longer may be sending just when it is
 * closed, which no server can prevent (RFC 9112 section 9.3.1).
 */
const keepAlive = { keepAliveTimeout: 250, keepAliveMaxTimeout: 250 };

beforeAll(async () => {
  setGlobalDispatcher(new Agent(keepAlive));
  separate = await startSeparateStack('2');
  const { stack } = separate;
  api = createBalancedClient(stack);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  for (let n = 0; n < 3; n++) people.push(await registerPerson(api, stack.mail));
}, 120_000);

afterAll(() => separate?.stack.stop());

/** A relay that says nothing loses its lead after fifteen seconds. */
const leaseMilliseconds = 15_000;

const replicasOf = (service: ServiceName): ServerName[] => [service, `${service} 2`];
const somebody = (): SignedInPerson => {
  const [person] = people;
  if (!person) throw new Error('nobody is there');
  return person;
};

describe('where there are two of everything', () => {
  it('whoever made something finds it at once, also at another gateway that they tell what they heard', async () => {
    const { stack } = separate;
    const [here, there] = [stack.gateway, ...stack.moreGateways].map(createApiClient);
    if (!here || !there) throw new Error('there is one gateway only');
    const { token } = admin;
    const answers: number[] = [];
    for (let n = 0; n < 100; n++) {
      const body = { name: `Group ${n}`, description: 'Made and found.', kind: 'manageable' };
      const made = await here('POST', '/v1/groups', { token, body });
      const headers = { 'rollcall-revision': made.headers.get('rollcall-revision') ?? '' };
      const path = `/v1/groups/${made.body.id}`;
      const found = await Promise.all([here('GET', path, { token }), there('GET', path, { token, headers })]);
      const member = { userId: somebody().id };
      const put = await here('POST', `${path}/members`, { token, body: member });
      answers.push(made.status, ...found.map(({ status }) => status), put.status);
    }
    expect(answers).toEqual(Array.from({ length: 100 }, () => [201, 200, 200, 201]).flat());
  }, 120_000);
});

describe('while each service is restarted in turn', () => {
  it('no request that may be repeated fails, and every event and mail has its effect once (F42, F20)', async () => {
    const { stack } = separate;
    const probe = probeRepeatable(api, admin, somebody());
    const crowd = gather(stack, { admin, people, api });
    for (const name of serviceNames.flatMap((service) => replicasOf(service).slice(0, thorough ? 2 : 1))) {
      const { upAgain } = await separate.signal([name], 'SIGTERM');
      await upAgain;
    }
    await probe.stop();
    await crowd.leave();
    const told = JSON.stringify(summaryOf(crowd.answers), null, 2);
    expect(Math.min(...Object.values(probe.asked)), JSON.stringify(probe.asked)).toBeGreaterThan(20);
    expect(probe.failures, told).toEqual([]);
    const all = Object.values(probe.asked).reduce((sum, count) => sum + count, 0);
    // Two processors that start the seventeenth process may be so busy that news of a second ago are not through: whoever is
    // told 503 and when to come back is served then. Nothing else may go wrong, not even once.
    expect(probe.turnedAway.length, probe.turnedAway.join('\n')).toBeLessThanOrEqual(all / 100);
    expect(probe.turnedAway.filter((failure) => !failure.includes('"code":"unavailable"'))).toEqual([]);
    expect(unclean(crowd.answers), told).toEqual([]);
    // What one replica has answered, every other one knows.
    expect(crowd.answers.filter(({ status }) => status === 404)).toEqual([]);
    const promises = { admin, promised: crowd.promised };
    const { seen } = await expectInvariants(stack, { mailsOnce: true, promises });
    expect(seen.events).toBeGreaterThan(50);
  }, 300_000);
});

/** As the relay of a service takes it (`packages/events/src/relay.ts`). */
const leadOfRegistration = createHash('sha256').update('registration relay outbox').digest().readBigInt64BE();

/** Who of registration publishes what it says: a connection that holds the lead and was heard of a moment ago. */
const leader = async (sql: Sql): Promise<number | undefined> => {
  const [row] = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity join pg_locks using (pid)
    where locktype = 'advisory' and granted and (classid::bigint << 32 | objid::bigint) = ${leadOfRegistration.toString()}
      and now() - state_change < interval '2 seconds'`;
  return row?.pid;
};

describe('while a replica stands still for longer than it may lead', () => {
  it('the other one publishes and answers, and nothing is there twice or out of order when it wakes (F06)', async () => {
    const { stack } = separate;
    const sql = postgres(stack.postgres, { max: 1, onnotice: () => undefined });
    const crowd = gather(stack, { admin, people, api });
    const before = await waitFor('somebody to lead', () => leader(sql), 20_000);
    let after: number | undefined = before;
    for (const name of replicasOf('registration')) {
      const pid = await serverProcess(stack, name);
      process.kill(pid, 'SIGSTOP');
      try {
        // Whoever leads is not heard of any more; if somebody is, it was the other one.
        await delay(3_000);
        if ((await leader(sql)) === before) continue;
        await delay(leaseMilliseconds);
        after = await waitFor('somebody to lead', () => leader(sql), 20_000);
        break;
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }
    await crowd.leave();
    await sql.end();
    expect(after).not.toBe(before);
    // What may not be asked twice, such as a sign-up, waits for the one that does not answer; but for a moment only.
    const lost = crowd.answers.filter(({ status }) => status === 0 || status >= 500);
    expect(lost.length, JSON.stringify(summaryOf(crowd.answers))).toBeLessThan(crowd.answers.length / 20);
    const promises = { admin, promised: crowd.promised };
    await expectInvariants(stack, { mailsOnce: true, promises });
  }, 120_000);
});

/** The others bring little that is not tried elsewhere. */
const quick: readonly ServiceName[] = ['auth', 'role-permission'];

describe.each(thorough ? serviceNames : quick)('when all of %s is killed', (service) => {
  it('routes that do not need it work, the others say so cleanly, and what was promised holds (F40, F26)', async () => {
    const { stack } = separate;
    const crowd = gather(stack, { admin, people, api });
    const probe = probeServices(api, admin, somebody());
    const { upAgain } = await separate.signal(replicasOf(service), 'SIGKILL');
    await upAgain;
    await probe.stop();
    await crowd.leave();
    expect(probe.failuresWithout(service)).toEqual([]);
    const lost = unclean(crowd.answers);
    // Whoever had a request on its way through the killed gateways hears nothing.
    expect(service === 'gateway' ? lost.filter(({ status }) => status !== 0) : lost).toEqual([]);
    const promises = { admin, promised: crowd.promised };
    await expectInvariants(stack, { promises, milliseconds: mailPatienceMilliseconds });
  }, 240_000);
});
