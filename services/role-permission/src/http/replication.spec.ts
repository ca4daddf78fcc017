import { createHash } from 'node:crypto';
import { Graph } from '@rollcall/authorization/graph';
import { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { Model } from '@rollcall/authorization/model';
import { readModelJson } from '@rollcall/authorization/model-definition';
import { textOf } from '@rollcall/authorization/tuple';
import type { Actor } from '@rollcall/service-kit/actor';
import { waitFor } from '@rollcall/testing/wait-for';
import * as routes from '@rollcall/types/routes/role-permission/replication';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ben: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  [admin, ben] = [await access.person(), await access.person()];
  await access.create(admin, 'reports.read');
});
afterAll(() => access.stop());

const get = (path: string, replica = access.service) => access.call({ method: 'GET', path }, replica);
const whole = async (replica = access.service) => {
  const { status, body } = await get('/internal/access/graph', replica);
  expect(status).toBe(200);
  return routes.readAccessGraph.responses[200].parse(body);
};
interface From {
  readonly epoch: number;
  readonly revision: number;
  readonly place: string;
}
const changes = async ({ epoch, revision, place }: From, more = '', replica = access.service) => {
  const query = `epoch=${epoch}&after=${revision}&place=${encodeURIComponent(place)}${more}`;
  const { status, body } = await get(`/internal/access/changes?${query}`, replica);
  expect(status).toBe(200);
  return routes.readAccessChanges.responses[200].parse(body);
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const opened = ({ model, snapshot, barred }: Awaited<ReturnType<typeof whole>>): GuardedGraph => {
  const known = Model.from(readModelJson(JSON.parse(model)));
  return new GuardedGraph(Graph.fromSnapshot(known, Buffer.from(snapshot, 'base64'), sha256).graph, { barred });
};
const reads = (graph: GuardedGraph, { userId }: Actor) =>
  graph.check(`user:${userId}`, 'holder', 'permission:reports.read', Date.now());

describe('GET /internal/access/graph', () => {
  it('has all that checks need, without the parser of the model', async () => {
    const graph = opened(await whole());
    expect([reads(graph, admin), reads(graph, ben)]).toEqual([true, false]);
  });

  it('has whoever is suspended as barred', async () => {
    const cleo = await access.person();
    await access.grant(admin, cleo, 'reports.read');
    expect(reads(opened(await whole()), cleo)).toBe(true);
    await access.suspend(cleo);
    expect(reads(opened(await whole()), cleo)).toBe(false);
  });

  it('is for the gateway alone', async () => {
    for (const from of ['auth', 'profile', 'operator'] as const) {
      const answer = await access.call({ method: 'GET', path: '/internal/access/graph', from });
      expect(answer).toMatchObject({ status: 403, body: { code: 'untrusted_hop' } });
    }
  });
});

describe('GET /internal/access/changes', () => {
  it('has what came after a graph, and leads to the graph that there is', async () => {
    const before = await whole();
    const dan = await access.person();
    await access.grant(admin, dan, 'reports.read');
    await access.suspend(ben);
    const news = await changes(before);
    expect(news).toMatchObject({ reload: false, epoch: before.epoch, modelDigest: before.modelDigest });
    expect(news.entries.map(({ event }) => event.type)).toEqual([
      'access.user_added',
      'permission.granted',
      'user.suspended',
    ]);
    expect(news.entries.at(-1)?.event.position).toBe(news.revision);
    expect(news.entries[1]?.concern.users).toEqual(expect.arrayContaining([admin.userId, dan.userId]));
    const graph = opened(before);
    graph.apply(news.changes.map((change) => JSON.parse(JSON.stringify(change))));
    const now = await whole();
    expect(JSON.stringify([...graph.graph.tuples()].map(textOf).sort())).toBe(
      JSON.stringify([...opened(now).graph.tuples()].map(textOf).sort()),
    );
    expect([...graph.barred].sort()).toEqual([...now.barred].sort());
    expect(news.place).toBe(now.place);
    expect(await changes(news)).toMatchObject({ reload: false, entries: [], changes: [], place: now.place });
  });

  it('says how old it is', async () => {
    const { age } = await changes(await whole());
    expect(age).toBeLessThanOrEqual(1_000);
  });

  it('has the name of an organization readable, and whom an event concerns', async () => {
    const before = await whole();
    const founded = await access.call({
      method: 'POST',
      path: '/v1/organizations',
      actor: admin,
      body: { name: 'Acme' },
    });
    const { entries } = await changes(before);
    expect(entries.every(({ concern }) => concern.organizations.join() === founded.body.id)).toBe(true);
    expect(JSON.stringify(entries)).toContain('"Acme"');
  });

  it('comes in parts, each of which says where it ends', async () => {
    const before = await whole();
    for (let n = 0; n < 3; n++) await access.create(admin, `part.${n}`);
    const seen: number[] = [];
    let from: From = before;
    for (;;) {
      const part = await changes(from, '&limit=1');
      if (part.entries.length === 0) break;
      seen.push(...part.entries.map(({ event }) => event.position));
      from = { epoch: part.epoch, revision: seen.at(-1) ?? 0, place: part.place };
    }
    expect(seen).toEqual([1, 2, 3].map((n) => before.revision + n));
  });

  it.each([
    ['another epoch', (known: From) => ({ ...known, epoch: known.epoch + 1 })],
    ['another event at that position', (known: From) => ({ ...known, place: 'another@1' })],
    ['a revision that is not there yet', (known: From) => ({ ...known, revision: known.revision + 1 })],
  ])('sends whoever has %s to the whole', async (_, other) => {
    const answer = await changes(other(await whole()));
    expect(answer).toMatchObject({ reload: true, entries: [], changes: [] });
  });

  it('is the same from another replica, whatever it got together', async () => {
    const before = await whole();
    const replica = await access.startReplica();
    const loaded = await whole(replica);
    expect(loaded).toMatchObject({ revision: before.revision, place: before.place, epoch: before.epoch });
    for (let n = 0; n < 3; n++) await access.create(admin, `replica.${n}`);
    const ours = await changes(before);
    await waitFor('the other replica', async () => (await whole(replica)).revision === ours.revision);
    const halfway = await changes(before, '&limit=1');
    const [first] = halfway.entries;
    // It was started after the first: what stood before its first entry it cannot say.
    const from = { epoch: ours.epoch, revision: first?.event.position ?? 0, place: halfway.place };
    const theirs = await changes(from, '', replica);
    expect(theirs.reload).toBe(false);
    expect(theirs.entries).toEqual(ours.entries.slice(1));
    expect(theirs.place).toBe(ours.place);
  });
});

describe('GET /internal/access/history', () => {
  it('has the log after a revision from its beginning on, however old', async () => {
    const { status, body } = await get('/internal/access/history?after=0&limit=3');
    expect(status).toBe(200);
    const history = routes.readAccessHistory.responses[200].parse(body);
    expect(history.entries.map(({ event }) => event.position)).toEqual([1, 2, 3]);
    expect(history.entries[0]?.event).toMatchObject({ type: 'access.user_added', subject: admin.userId });
    const later = await get(`/internal/access/history?after=${history.revision}`);
    expect(later.body.entries).toEqual([]);
  });
});
