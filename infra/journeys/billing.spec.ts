import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { billingHeaders, billingSecret } from '@rollcall/testing/billing';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cast } from './cast.ts';
import { sendRaw } from './raw-request.ts';
import { installWebhookLibrary } from './webhook-library.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/billing.md'), 'utf8');

let stack: Stack;
let cast: Cast;
let organizationId: string;

beforeAll(async () => {
  const environment = { ROLLCALL_PLANS: '{"free":1,"team":3,"any":null}' };
  stack = await startStack({ replicas: 'role-permission=2', environment });
  cast = await Cast.of(stack);
}, 180_000);
afterAll(() => stack?.stop());
beforeEach(async () => {
  organizationId = (await cast.asAdmin('POST', '/v1/organizations', { name: 'Acme' })).id;
});

const began = Date.now() - 3_600_000;
/** So many minutes into the hour that has passed. */
const at = (minutes: number): string => new Date(began + minutes * 60_000).toISOString();
/** As some billing system may write it: the bytes are what is signed. */
const changed = (plan: string, minutes: number): string =>
  JSON.stringify({ plan, type: 'subscription.changed', organizationId, occurredAt: at(minutes) }, null, 3);

/** As billing systems do, again while the present is not known: on a busy machine that is so for a moment. */
const post = (body: string, headers: Readonly<Record<string, string>>, target = '/v1/billing/events') =>
  vi.waitFor(async () => {
    const { status, text } = await sendRaw(stack.gateway, {
      method: 'POST',
      target,
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(body),
    });
    if (status === 503) throw new Error(`${target}: the present is not known`);
    return { status, body: JSON.parse(text) };
  }, 20_000);
const tell = (body: string, sending: Parameters<typeof billingHeaders>[1] = {}) =>
  post(body, billingHeaders(body, sending));
const planIs = (plan: string) =>
  waitFor(
    `the plan to be ${plan}`,
    async () => (await cast.asAdmin('GET', `/v1/organizations/${organizationId}`)).plan === plan,
  );
const changesTold = async (): Promise<readonly { actor: string; position: number }[]> => {
  const { items } = await cast.asAdmin('GET', '/v1/access/events?limit=200');
  return items.filter(
    ({ type, subject }: { type: string; subject: string }) =>
      type === 'organization.plan_changed' && subject === organizationId,
  );
};

describe('a billing system', () => {
  it('puts organizations on the plans that are paid for, by the program of the docs', async () => {
    const [, program] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-billing-'));
    await writeFile(path.join(folder, 'billing.mjs'), program ?? '');
    await installWebhookLibrary(folder);
    const env = { ...process.env, BILLING_SECRET: billingSecret, ROLLCALL: stack.gateway };
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['billing.mjs', organizationId, 'team'], { cwd: folder, env });
    await rm(folder, { recursive: true });
    expect(stdout).toMatch(/^200 \{"applied":true,"revision":\d+\}/);
    await planIs('team');
    expect(await changesTold()).toMatchObject([{ actor: 'service:billing' }]);
  });

  it('may tell the same again and again, at once and later, in whichever order: what happened last holds', async () => {
    const id = randomUUID();
    const [team, any, free] = [changed('team', 1), changed('any', 3), changed('free', 2)];
    const first = await Promise.all(Array.from({ length: 10 }, () => tell(team, { id })));
    expect(new Set(first.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(first[0]).toMatchObject({ status: 200, body: { applied: true } });

    expect(await tell(any)).toMatchObject({ status: 200, body: { applied: true } });
    expect(await tell(free)).toMatchObject({ status: 200, body: { applied: false } });
    expect(await tell(team, { id })).toEqual(first[0]);
    await planIs('any');
    expect(await changesTold()).toHaveLength(2);
  });

  it('is told why an organization stays where it is', async () => {
    await tell(changed('team', 1));
    const { id: userId } = await cast.somebody();
    await cast.asAdmin('POST', `/v1/organizations/${organizationId}/members`, { userId });
    expect(await tell(changed('free', 2))).toMatchObject({ status: 409, body: { code: 'seats_in_use' } });
    expect(await tell(changed('none', 2))).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    await cast.asAdmin('DELETE', `/v1/organizations/${organizationId}`);
    expect(await tell(changed('any', 3))).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('whoever else calls', () => {
  it('changes nothing: forged, altered, overheard or late, with a token of an administrator or without', async () => {
    const body = changed('any', 1);
    const other = `whsec_${Buffer.alloc(32, 'other').toString('base64')}`;
    const long = new Date(Date.now() - 301_000);
    const tries: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      [body, {}],
      [body, billingHeaders(body, { secret: other })],
      [body, billingHeaders(body, { at: long })],
      [body, { ...billingHeaders(body), 'webhook-id': randomUUID() }],
      [JSON.stringify(JSON.parse(body)), billingHeaders(body)],
      [body.replace('any', 'team'), billingHeaders(body)],
    ];
    for (const [text, headers] of tries) {
      for (const more of [{}, { authorization: `Bearer ${cast.admin.token}` }]) {
        for (const target of ['/v1/billing/events', '/api/user/billing/events']) {
          const answer = await post(text, { ...headers, ...more }, target);
          expect([headers, answer]).toMatchObject([headers, { status: 401, body: { code: 'signature_invalid' } }]);
        }
      }
    }
    expect(await changesTold()).toEqual([]);
    await planIs('free');
  });
});
