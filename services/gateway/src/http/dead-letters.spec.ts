import { newId } from '@rollcall/service-kit/identity';
import { refuse } from '@rollcall/types/problems';
import type { ServiceName } from '@rollcall/types/services';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshClaims, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';
import { consumingServices } from './consuming-services.ts';

let gateway: GatewayUnderTest;
let operator = '';
const parked = new Map<ServiceName, string[]>();
/** By service the event that it still cannot apply. */
const failing = new Map<ServiceName, string>();

const item = (service: string, id: string) => ({
  id,
  service,
  source: 'rollcall/auth',
  type: 'session.started',
  subject: newId(),
  subjectSequence: 1,
  reason: 'unknown type',
  parkedAt: new Date().toISOString(),
});

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  const claims = freshClaims();
  operator = await gateway.sign({ claims });
  await gateway.hasFollowed(gateway.access.grant(claims.sub, 'operations.manage'));
  for (const service of consumingServices) {
    // As the real ones: the cursor is where the next page begins.
    gateway.services.answers.set(`${service} listParkedEvents`, ({ input }) => {
      const { limit, cursor = '0' } = input.query as { limit: number; cursor?: string };
      const from = Number(cursor);
      const ids = parked.get(service) ?? [];
      const items = ids
        .slice(from, from + limit)
        .map((id) => ({ ...item(service, id), envelope: { email: 'canary' } }));
      return { status: 200, body: { items, nextCursor: ids.length > from + limit ? String(from + limit) : null } };
    });
    gateway.services.answers.set(`${service} retryParkedEvent`, ({ input }) => {
      const { id } = input.params as { id: string };
      if (failing.get(service) === id) return refuse('event_still_fails');
      return parked.get(service)?.includes(id) ? { status: 200, body: { applied: 2 } } : refuse('event_not_parked');
    });
  }
});
afterAll(() => gateway.stop());
beforeEach(() => {
  parked.clear();
  failing.clear();
  gateway.services.down.clear();
});

const list = (query = '') => gateway.ask(`/v1/dead-letters${query}`, { token: operator });
const retry = (id: string, token = operator) => gateway.ask(`/v1/dead-letters/${id}/retry`, { method: 'POST', token });

describe('GET /v1/dead-letters', () => {
  it.each([1, 2, 3, 4, 5, 7, 50])('pages through all services, each event once, by %i', async (limit) => {
    for (const [index, service] of consumingServices.entries()) {
      parked.set(service, Array.from({ length: [3, 0, 1, 0, 5, 0, 2][index] ?? 0 }, newId));
    }
    const seen: string[] = [];
    let cursor: unknown = null;
    do {
      const { status, body } = await list(`?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
      expect(status).toBe(200);
      const items = body.items as { id: string }[];
      expect(items.length).toBeLessThanOrEqual(limit);
      seen.push(...items.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...parked.values()].flat());
  });

  it('shows nothing of what an event says', async () => {
    parked.set('profile', [newId()]);
    expect((await list()).text).not.toContain('canary');
  });

  it('names a service that is down, and shows what the others have', async () => {
    const id = newId();
    parked.set('activity-log', [id]);
    gateway.services.down.add('profile');
    const { body } = await list();
    expect(body).toMatchObject({
      items: [{ id, service: 'activity-log' }],
      unavailable: ['profile'],
      nextCursor: null,
    });
  });

  it.each(['x', 'WyJnYXRld2F5IiwiIl0', 'WyJhdXRoIl0', 'bnVsbA'])('refuses the cursor %s', async (cursor) => {
    expect(await list(`?cursor=${cursor}`)).toMatchObject({ status: 400, code: 'invalid_cursor' });
  });
});

describe('POST /v1/dead-letters/:id/retry', () => {
  it('goes to every service that has it', async () => {
    const id = newId();
    parked.set('profile', [id]);
    parked.set('activity-log', [id]);
    expect(await retry(id)).toMatchObject({
      status: 200,
      body: { applied: 4, services: ['profile', 'activity-log'], failed: [] },
    });
  });

  it('says where it failed', async () => {
    const id = newId();
    parked.set('profile', [id]);
    gateway.services.down.add('auth');
    expect((await retry(id)).body).toEqual({ applied: 2, services: ['profile'], failed: ['auth'] });
    parked.clear();
    expect(await retry(id)).toMatchObject({ status: 503, body: { errors: [{ pointer: '/auth' }] } });
  });

  it('is a 404 when nobody has it', async () => {
    expect(await retry(newId())).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is a 409 when it fails again, and says where', async () => {
    const id = newId();
    failing.set('profile', id);
    expect(await retry(id)).toMatchObject({
      status: 409,
      code: 'event_still_fails',
      body: { errors: [{ pointer: '/profile' }] },
    });
    parked.set('activity-log', [id]);
    expect(await retry(id)).toMatchObject({
      status: 200,
      body: { applied: 2, services: ['activity-log'], failed: ['profile'] },
    });
  });

  it('is a 400 for what is no id', async () => {
    expect((await retry('x')).status).toBe(400);
  });
});

it('only holders of operations.manage know that there is such a thing', async () => {
  const token = await gateway.sign();
  const unknown = await gateway.ask('/v1/unknown', { token });
  for (const answer of [await gateway.ask('/v1/dead-letters', { token }), await retry(newId(), token)]) {
    expect(answer.status).toBe(404);
    expect({ ...answer.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
  }
  expect((await gateway.ask('/v1/dead-letters')).status).toBe(401);
});
