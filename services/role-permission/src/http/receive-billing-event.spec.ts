import type { Actor } from '@rollcall/service-kit/actor';
import { billingHeaders, billingSecret } from '@rollcall/testing/billing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

const path = '/v1/billing/events';
const oldSecret = `whsec_${Buffer.alloc(24, 'old').toString('base64')}`;
const otherSecret = `whsec_${Buffer.alloc(32, 'other').toString('base64')}`;
const variables = {
  ROLLCALL_PLANS: '{"free":1,"team":2,"any":null}',
  BILLING_SECRET: `${oldSecret}, ${billingSecret}`,
};

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let organizationId: string;

beforeAll(async () => {
  access = await startRolePermissionUnderTest({ variables });
  [admin, ada, ben] = [await access.person(), await access.person(), await access.person()];
});
afterAll(() => access.stop());
beforeEach(async () => {
  organizationId = String((await access.ask(ada, 'POST', '/v1/organizations', { name: 'Acme' })).body.id);
});

const began = Date.now() - 86_400_000;
/** So many minutes into a day that has passed. */
const at = (minutes: number): string => new Date(began + minutes * 60_000).toISOString();
const changed = (plan: string, occurredAt = at(0), more: object = {}) => ({
  type: 'subscription.changed',
  organizationId,
  plan,
  occurredAt,
  ...more,
});

type Sending = NonNullable<Parameters<typeof billingHeaders>[1]>;

/** As billing systems do, again while the present is not known: on a busy machine that is so for a moment. */
const send = (event: unknown, sending: Sending & { readonly to?: RolePermissionUnderTest['service'] } = {}) => {
  const rawBody = JSON.stringify(event);
  const headers = { 'content-type': 'application/json', ...billingHeaders(rawBody, sending) };
  return vi.waitFor(async () => {
    const answer = await access.call({ method: 'POST', path, rawBody, headers }, sending.to);
    if (answer.status === 503) throw new Error(`${path}: the present is not known`);
    return answer;
  }, 20_000);
};
const planNow = async () => (await access.ask(ada, 'GET', `/v1/organizations/${organizationId}`)).body.plan;
const changes = async () =>
  (await access.eventsAbout(organizationId)).filter(({ type }) => type === 'organization.plan_changed');
const join = () => access.ask(ada, 'POST', `/v1/organizations/${organizationId}/members`, { userId: ben.userId });
const putPlan = (plan: string) => access.ask(admin, 'PUT', `/v1/organizations/${organizationId}/plan`, { plan });

describe('what the billing system tells', () => {
  it('puts an organization on the plan, in its own name, and answers where that stands in the log', async () => {
    const answer = await send(changed('team'));
    expect(answer).toMatchObject({ status: 200, body: { applied: true, revision: expect.any(Number) } });
    expect(answer.revision).toBe(`1-${answer.body.revision}`);
    expect(await planNow()).toBe('team');
    expect(await changes()).toMatchObject([
      { actor: 'service:billing', data: { before: { plan: 'free' }, after: { plan: 'team', seats: 2, asOf: at(0) } } },
    ]);
  });

  it('is believed by any of the secrets, so that one can take the place of another', async () => {
    expect((await send(changed('team', at(0)), { secret: oldSecret })).body).toMatchObject({ applied: true });
    expect((await send(changed('any', at(1)), { secret: billingSecret })).body).toMatchObject({ applied: true });
  });

  it('is refused below the seats that are taken, and comes about once they are free', async () => {
    await send(changed('team', at(0)));
    expect((await join()).status).toBe(201);
    const downgrade = changed('free', at(1));
    expect(await send(downgrade, { id: `less ${organizationId}` })).toMatchObject({
      status: 409,
      body: { code: 'seats_in_use', detail: '2 seats are taken.' },
    });
    expect(await planNow()).toBe('team');
    await access.ask(ada, 'DELETE', `/v1/organizations/${organizationId}/members/${ben.userId}`);
    expect((await send(downgrade, { id: `less ${organizationId}` })).body).toMatchObject({ applied: true });
    expect(await planNow()).toBe('free');
  });

  it('is refused about a plan or an organization that there is none of, or none any more', async () => {
    expect(await send(changed('none'))).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/plan' }] } });
    const nowhere = changed('team', at(0), { organizationId: '0190b0a0-0000-7000-8000-000000000009' });
    expect(await send(nowhere)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await access.ask(ada, 'DELETE', `/v1/organizations/${organizationId}`);
    expect(await send(changed('team'))).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is refused when it is yet to happen, for everything after it would come too late', async () => {
    expect(await send(changed('team', '2999-01-01T00:00:00.000Z'))).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/occurredAt' }] },
    });
  });

  it('changes nothing where it is of another type, in whatever form', async () => {
    const paid = { type: 'invoice.paid', data: { organizationId, plan: 'team' } };
    expect(await send(paid)).toMatchObject({ status: 200, body: { applied: false } });
    expect(await send({ ...paid, type: 'not a type' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(await changes()).toEqual([]);
  });
});

describe('an event that comes late', () => {
  it('changes nothing, and says so', async () => {
    await send(changed('any', at(2)));
    expect(await send(changed('team', at(1)))).toMatchObject({
      status: 200,
      body: { applied: false, revision: expect.any(Number) },
    });
    expect(await planNow()).toBe('any');
    expect(await changes()).toHaveLength(1);
  });

  it('is late also for what changed nothing but the time of which it told', async () => {
    await send(changed('team', at(0)));
    await send(changed('team', at(2)));
    expect((await send(changed('any', at(1)))).body).toMatchObject({ applied: false });
    expect(await planNow()).toBe('team');
  });

  it('is as late when somebody has put the organization on another plan since, or brought it back', async () => {
    await send(changed('team', at(2)));
    expect((await putPlan('any')).status).toBe(200);
    expect((await send(changed('free', at(1)))).body).toMatchObject({ applied: false });
    await access.ask(ada, 'DELETE', `/v1/organizations/${organizationId}`);
    expect((await access.ask(ada, 'POST', `/v1/deleted-items/${organizationId}/restore`)).status).toBe(200);
    expect((await send(changed('free', at(1)))).body).toMatchObject({ applied: false });
    expect((await send(changed('free', at(3)))).body).toMatchObject({ applied: true });
  });

  it('is none after a person took the newer one back', async () => {
    await send(changed('team', at(0)));
    const { revision } = (await send(changed('any', at(2)))).body;
    expect((await access.ask(admin, 'POST', `/v1/access/events/${revision}/undo`, {})).status).toBe(200);
    expect(await planNow()).toBe('team');
    expect((await send(changed('free', at(1)))).body).toMatchObject({ applied: true });
  });
});

describe('an event that is told again', () => {
  it('is answered as it was at first, and undoes nothing that came after it', async () => {
    const id = `told twice ${organizationId}`;
    const first = await send(changed('team', at(0)), { id });
    await send(changed('any', at(1)));
    const replica = await access.startReplica();
    expect(await send(changed('team', at(0)), { id })).toEqual(first);
    expect(await send(changed('team', at(0)), { id, to: replica })).toEqual(first);
    expect(await planNow()).toBe('any');
    await access.ask(ada, 'DELETE', `/v1/organizations/${organizationId}`);
    expect(await send(changed('team', at(0)), { id })).toEqual(first);
  });

  it('is answered so where its plan is not offered any more', async () => {
    const id = `told before ${organizationId}`;
    const first = await send(changed('team'), { id });
    const replica = await access.startReplica({ ROLLCALL_PLANS: '{"free":1,"any":null}' });
    expect(await send(changed('team'), { id, to: replica })).toEqual(first);
    expect((await send(changed('team', at(1)), { to: replica })).status).toBe(400);
  });

  it('is one change, however many come at once and wherever', async () => {
    const id = `told often ${organizationId}`;
    const replica = await access.startReplica();
    const sending = Array.from({ length: 20 }, (_, n) =>
      send(changed('team'), { id, to: n % 2 === 0 ? access.service : replica }),
    );
    const answers = await Promise.all(sending);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, body: { applied: true } });
    expect(await changes()).toHaveLength(1);
  });

  it('is refused when it tells of something else', async () => {
    const id = `told otherwise ${organizationId}`;
    await send(changed('team'), { id });
    expect(await send(changed('any'), { id })).toMatchObject({ status: 422, body: { code: 'webhook_id_reused' } });
  });

  it('leaves the newest in force, in whichever order two replicas hear of many', async () => {
    const replica = await access.startReplica();
    const plans = ['team', 'any', 'free', 'any', 'team', 'any'];
    const order = [3, 0, 5, 1, 4, 2];
    const sending = order.map((n) =>
      send(changed(plans[n] ?? '', at(n)), { to: n % 2 === 0 ? access.service : replica }),
    );
    expect((await Promise.all(sending)).map(({ status }) => status)).toEqual(order.map(() => 200));
    await expect.poll(planNow).toBe('any');
    const times = (await changes()).map(({ data }) => Object(data).after.asOf);
    expect(times).toEqual([...times].sort());
    expect(times.at(-1)).toBe(at(5));
  });
});

describe('a request that is not signed as it must be', () => {
  const minutes = (n: number) => new Date(Date.now() + n * 60_000);

  it('is refused before anything of it is read', async () => {
    const rawBody = JSON.stringify(changed('team'));
    const signed = billingHeaders(rawBody);
    const { 'webhook-signature': _, ...unsigned } = signed;
    const forged: readonly Readonly<Record<string, string>>[] = [
      {},
      unsigned,
      { ...signed, 'webhook-id': 'another' },
      { ...signed, 'webhook-timestamp': String(Number(signed['webhook-timestamp']) + 1) },
      { ...signed, 'webhook-timestamp': 'now' },
      { ...signed, 'webhook-signature': 'v1' },
      { ...signed, 'webhook-signature': 'v1,' },
      { ...signed, 'webhook-signature': `v1a,${signed['webhook-signature']?.slice(3)}` },
      billingHeaders(rawBody, { secret: otherSecret }),
      billingHeaders(`${rawBody} `),
      billingHeaders(rawBody, { at: minutes(-6) }),
      billingHeaders(rawBody, { at: minutes(6) }),
    ];
    for (const headers of forged) {
      for (const text of [rawBody, '{']) {
        const answer = await access.call({ method: 'POST', path, rawBody: text, headers });
        expect([headers, answer]).toMatchObject([headers, { status: 401, body: { code: 'signature_invalid' } }]);
      }
    }
    expect(await changes()).toEqual([]);
  });

  it('is refused whoever is signed in', async () => {
    const answer = await access.call({ method: 'POST', path, actor: admin, body: changed('team') });
    expect(answer).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
  });

  it('is answered as if nothing were there where no secret is set, signed or not', async () => {
    const { BILLING_SECRET: _, ...without } = variables;
    const closed = await startRolePermissionUnderTest({ variables: without });
    const rawBody = JSON.stringify(changed('team'));
    const ask = (asked: string, headers = {}) => closed.call({ method: 'POST', path: asked, rawBody, headers });
    const nowhere = await ask('/v1/no/such/address');
    expect(nowhere.status).toBe(404);
    expect([await ask(path), await ask(path, billingHeaders(rawBody))]).toEqual([nowhere, nowhere]);
    await closed.stop();
  });
});
