import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import { startStack } from '@rollcall/testing/stack';
import { connect } from 'nats';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const writes = 60;
const sessions = 40;
const pollMilliseconds = 100;
const permission = 'bench.visible';

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

export const measure = async (): Promise<Row> => {
  pinSelf('any');
  const stack = await startStack({ durable: true, replicas: 'gateway=2' });
  const [second = ''] = stack.moreGateways;
  const [api, other] = [createApiClient(stack.gateway), createApiClient(second)];
  const admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  const person = await registerPerson(api, stack.mail);
  const made = await api('POST', '/v1/permissions', {
    token: admin.token,
    body: { name: permission, description: 'Comes and goes.' },
  });
  if (made.status !== 201) throw new Error(`no permission: ${made.status}`);

  let isHeld = false;
  /** Gives what was taken, or takes it; when that was answered. */
  const change = async (): Promise<number> => {
    isHeld = !isHeld;
    const path = `/v1/users/${person.id}/permissions/${permission}`;
    const { status } = await api(isHeld ? 'PUT' : 'DELETE', path, { token: admin.token });
    if (status !== 200) throw new Error(`a write answered ${status}`);
    return performance.now();
  };
  const body = { user: 'user:me', relation: 'holder', object: `permission:${permission}` };
  /** Through another gateway, which did not see the write. */
  const isVisible = async (): Promise<boolean> => {
    const answer = await other('POST', '/v1/access/check', { token: person.token, body });
    if (answer.status !== 200) throw new Error(`a check answered ${answer.status}`);
    return answer.body.allowed === isHeld;
  };
  const slowest: number[] = [];
  const ours = async (): Promise<number> => {
    const took: number[] = [];
    for (let n = 0; n < writes; n++) {
      const since = await change();
      while (!(await isVisible()));
      took.push(performance.now() - since);
    }
    slowest.push(percentile(took, 0.99));
    return percentile(took, 0.5);
  };
  const poller = async (): Promise<number> => {
    const took: number[] = [];
    for (let n = 0; n < writes / 3; n++) {
      const since = await change();
      // Its questions come whenever they come, not right after a write.
      const phase = Math.random() * pollMilliseconds;
      for (let tick = since + phase; ; tick += pollMilliseconds) {
        await delay(Math.max(0, tick - performance.now()));
        const { body: told } = await api('GET', `/users/${person.id}?permission=${permission}`, {
          token: person.token,
        });
        if (told.granted === isHeld) break;
      }
      took.push(performance.now() - since);
    }
    return percentile(took, 0.5);
  };
  /** From the answer to whoever signs out until another gateway refuses the token, which it knows and let in before. */
  const refused = async (): Promise<number> => {
    const took: number[] = [];
    for (let n = 0; n < sessions; n++) {
      const { token } = await signIn(api, person);
      const ask = async () => (await other('GET', '/v1/sessions', { token })).status;
      if ((await ask()) !== 200) throw new Error('a new session was refused');
      const { status } = await api('DELETE', '/v1/sessions/current', { token });
      if (status !== 200) throw new Error(`a sign-out was answered ${status}`);
      const since = performance.now();
      while ((await ask()) !== 401);
      took.push(performance.now() - since);
    }
    return percentile(took, 0.99);
  };
  const nats = await connect({ servers: stack.nats.url, token: stack.nats.token });
  await (await nats.jetstreamManager()).streams.add({ name: 'bench', subjects: ['bench.>'] });
  const stream = nats.jetstream();
  const publish = async (): Promise<number> => {
    const took: number[] = [];
    for (let n = 0; n < writes; n++) {
      const since = performance.now();
      await stream.publish('bench.visible', new Uint8Array(300));
      took.push(performance.now() - since);
    }
    return percentile(took, 0.5);
  };
  const values = await inTurn({ ours, publish, poller, refused });
  await nats.close();
  await stack.stop();
  pinSelf('other');
  return {
    number: 12,
    title: 'From a write to what others see',
    about:
      `${writes} grants and revocations, one after another: from the answer to each until a check at another gateway has it, the check ` +
      'included, each service a process of its own. The product, Postgres, NATS and who asks share all cores.',
    comparisons: [
      {
        what: 'answer to visible, p50',
        unit: 'ms',
        ours: values.ours,
        baseline: 'a publication that JetStream acknowledges, p50',
        theirs: values.publish,
        target: { atMost: 5 },
      },
      {
        what: 'answer to visible, p99',
        unit: 'ms',
        ours: slowest.slice(1),
        baseline: `a question every ${pollMilliseconds} ms, p50`,
        theirs: values.poller,
        target: { atMost: 0.2 },
      },
    ],
    floors: [
      {
        what: `a session that was ended until another gateway refuses its token, p99 of ${sessions}`,
        unit: 'ms',
        ours: values.refused,
        target: { atMost: 200 },
      },
    ],
    cause:
      'the smallest that can be told is one check, which takes some milliseconds from outside where five processes share two cores. Of ' +
      'what is visible only after that, the news has to reach the gateway, which then asks the owner: two more hops between processes that wait for their turn.',
  };
};
