import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SeparateStack, startSeparateStack } from './separate-stack.ts';
import { addressOf, Watcher } from './watcher.ts';

/** Two thousand with `npm run faults`. */
const sockets = Number(process.env.FAULTS_SOCKETS ?? 100);
/** As many connections as one person may have. */
const perPerson = 20;
const commandsPerSecond = 20;

let separate: SeparateStack;
let api: ApiClient;
let admin: SignedInPerson;
let organizationId: string;
let made = 0;
const people: string[] = [];
const watchers: Watcher[] = [];

const must = async (method: string, path: string, body?: unknown) => {
  const headers = { 'x-forwarded-for': addressOf(made++) };
  const answer = await api(method, path, { token: admin.token, headers, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

beforeAll(async () => {
  separate = await startSeparateStack('1');
  const { stack } = separate;
  api = createApiClient(stack.gateway);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  ({ id: organizationId } = await must('POST', '/v1/organizations', { name: 'Watched' }));
  for (let person = 0; person < sockets / perPerson; person++) {
    const { email, username, password } = newcomer('watcher');
    const { id } = await must('POST', '/users/create', { email, username, password, verified: true });
    await must('POST', `/v1/organizations/${organizationId}/members`, { userId: id });
    const { token } = await signIn(api, { email, username, password });
    people.push(id);
    for (let n = 0; n < perPerson; n++) {
      watchers.push(new Watcher({ gateway: stack.gateway, token, channel: `organization:${organizationId}` }));
    }
  }
  await waitFor('all to watch', async () => watchers.every(({ resume }) => resume !== undefined) || undefined, 60_000);
}, 600_000);

afterAll(async () => {
  for (const watcher of watchers) watcher.stop();
  await separate?.stack.stop();
});

/** Teams come, at a steady pace, for so long; nobody is turned away for good. */
const write = async (seconds: number): Promise<void> => {
  const writes: Promise<unknown>[] = [];
  const began = performance.now();
  for (let n = 0; n < commandsPerSecond * seconds; n++) {
    await delay(Math.max(0, began + (n * 1_000) / commandsPerSecond - performance.now()));
    const name = `Team ${made}`;
    writes.push(
      waitFor(name, () => must('POST', '/v1/teams', { organizationId, name }).catch(() => undefined), 30_000),
    );
  }
  await Promise.all(writes);
};

/** The positions of all that happened in the organization, as lists tell them. */
const positionsAfter = async (from: number): Promise<number[]> => {
  const found: number[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { items, nextCursor } = await must(
      'GET',
      `/v1/access/events?organization=${organizationId}&from=${from}&limit=100${page}`,
    );
    found.push(...items.map(({ position }: { position: number }) => position));
    cursor = nextCursor;
  } while (cursor !== null);
  return found;
};

describe('when the gateway of all who watch is killed while things happen, and one in a hundred of them reads nothing', () => {
  it('each is shown each event once, in order, and the right to watch ends with the membership (F37)', async () => {
    const last = (await positionsAfter(1)).at(-1) ?? 0;
    const stalled = watchers.filter((_, n) => n % 100 === 0);
    const writing = write(10);
    await delay(2_000);
    for (const watcher of stalled) watcher.stall();
    await delay(1_000);
    const { upAgain } = await separate.signal(['gateway'], 'SIGKILL');
    await upAgain;
    await writing;
    for (const watcher of stalled) watcher.read();

    const expected = await positionsAfter(last + 1);
    expect(expected.length).toBeGreaterThanOrEqual(commandsPerSecond * 10);
    const have = () => watchers.filter(({ shown }) => shown.at(-1) === expected.at(-1)).length;
    await waitFor('all to be shown the last', async () => have() === watchers.length || undefined, 60_000);
    for (const { shown } of watchers) expect(shown.filter((position) => position > last)).toEqual(expected);
    expect(watchers.every(({ connections }) => connections > 1)).toBe(true);

    const [gone = ''] = people;
    await must('DELETE', `/v1/organizations/${organizationId}/members/${gone}`);
    const theirs = watchers.slice(0, perPerson);
    await waitFor(
      'their watches to end',
      async () => theirs.every(({ closed }) => closed === 4403) || undefined,
      5_000,
    );
    expect(watchers.slice(perPerson).filter(({ closed }) => closed !== undefined)).toEqual([]);
  }, 300_000);
});
