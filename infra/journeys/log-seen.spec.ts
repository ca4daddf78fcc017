import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Cast } from './cast.ts';
import { LiveClient, type LiveMessage } from './live-client.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 180_000);
afterAll(() => stack?.stop());

/** Asks until the present is known, which on a busy machine it is not at every moment. */
const ask = ({ token }: SignedInPerson, method: string, path: string, request: object = {}) =>
  waitFor(`an answer to ${method} ${path}`, async () => {
    const answer = await cast.api(method, path, { token, ...request });
    return answer.status === 503 ? undefined : answer;
  });

const bodyOf = ({ status, body }: { readonly status: number; readonly body: unknown }) => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
};

/** Several changes at once, under a key: once, however often they are asked for. @returns the revision of the last */
const change = async (by: SignedInPerson, ...commands: readonly object[]): Promise<number> => {
  const request = { body: { commands }, headers: { 'idempotency-key': randomUUID() } };
  return z.object({ revision: z.int() }).parse(bodyOf(await ask(by, 'POST', '/v1/access/commands', request))).revision;
};

/** Everybody who sees something else of the log, and what of it there is to watch. */
interface World {
  readonly people: Readonly<Record<string, SignedInPerson>>;
  /** The project that goes from the first to the second, whose admins may play back its channel. */
  readonly projectId: string;
  readonly channels: readonly string[];
}

/**
 * Two organizations, a project that goes from one to the other, and all kinds of people around them: in one, in both, in
 * the project only, by a team, for a time that is over, who read all, who manage all, and who have nothing to do with any of it.
 */
const found = async (): Promise<World> => {
  const names = ['losing', 'member', 'getting', 'both', 'guest', 'teammate', 'left', 'auditor', 'manager', 'stranger'];
  const all: SignedInPerson[] = [];
  for (const name of names) all.push(await cast.somebody(name));
  const [losing, member, getting, both, guest, teammate, left, auditor, manager, stranger] = all;
  if (!losing || !member || !getting || !both || !guest || !teammate || !left || !auditor || !manager || !stranger)
    throw new Error('nobody is there');
  const [first, second, projectId, teamId, ownProjectId] = Array.from({ length: 5 }, () => randomUUID());
  await change(
    losing,
    { type: 'createOrganization', organizationId: first, name: 'First' },
    ...[member, teammate, left].map(({ id }) => ({ type: 'addOrganizationMember', organizationId: first, userId: id })),
    { type: 'addOrganizationMember', organizationId: first, userId: both.id, admin: true },
    { type: 'createTeam', organizationId: first, teamId, name: 'Crew' },
    { type: 'addTeamMember', teamId, userId: teammate.id },
    { type: 'createRole', organizationId: first, name: 'editor', description: 'For a journey.' },
    { type: 'assignRole', organizationId: first, name: 'editor', userId: member.id },
    { type: 'createProject', projectId, name: 'Secret', owner: `organization:${first}` },
    { type: 'addProjectMember', projectId, userId: guest.id },
    { type: 'addProjectMember', projectId, teamId },
    { type: 'createProject', projectId: ownProjectId, name: 'Own', owner: `user:${losing.id}` },
    { type: 'addProjectMember', projectId: ownProjectId, userId: guest.id },
    { type: 'reserveSeat', organizationId: first, reservationId: randomUUID(), validUntil: '2999-01-01T00:00:00.000Z' },
  );
  await change(
    getting,
    { type: 'createOrganization', organizationId: second, name: 'Second' },
    { type: 'addOrganizationMember', organizationId: second, userId: both.id, admin: true },
  );
  await change(losing, { type: 'removeOrganizationMember', organizationId: first, userId: left.id });
  await change(
    cast.admin,
    { type: 'grantPermission', permission: 'access.read', userId: auditor.id },
    { type: 'grantPermission', permission: 'access.manage', userId: manager.id },
  );
  return {
    people: { admin: cast.admin, losing, member, getting, both, guest, teammate, left, auditor, manager, stranger },
    projectId: projectId ?? '',
    channels: ['access', 'user:me', `organization:${first}`, `organization:${second}`, `project:${projectId}`],
  };
};

const logPage = z.object({
  items: z.array(z.object({ position: z.int(), subject: z.string() })),
  nextCursor: z.string().nullable(),
  revision: z.int(),
});
type Seen = z.infer<typeof logPage>['items'][number];

const pageOf = async (person: SignedInPerson, query: string) =>
  logPage.parse(bodyOf(await ask(person, 'GET', `/v1/access/events?${query}`)));

/** What the list has for somebody, page by page. */
const listed = async (person: SignedInPerson, query = ''): Promise<readonly Seen[]> => {
  const seen: Seen[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await pageOf(person, `limit=50${query}${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  return seen;
};

const pongs = ({ heard }: LiveClient): readonly LiveMessage[] => heard.filter(({ type }) => type === 'pong');

/** Until a subscription has come so far, as each ping is answered. */
const reached = (client: LiveClient, revision: number) =>
  waitFor(`revision ${revision}`, async () => {
    const before = pongs(client).length;
    client.say({ type: 'ping' });
    const pong = await waitFor('a pong', async () => pongs(client)[before]);
    // By subscription, of which there is one.
    const places: unknown = pong.resume;
    const [place] = typeof places === 'object' && places !== null ? Object.values(places) : [];
    if (Number(/^\d+-(\d+)/.exec(String(place))?.[1] ?? 0) >= revision) return true;
    // More than so many a second the gateway does not hear.
    await delay(100);
    return false;
  });

/** Whoever watches a channel: from a place on, or from now on; undefined for who may not. */
const watching = async (person: SignedInPerson, channel: string, from?: number, speed?: number) => {
  const client = await LiveClient.withToken(stack.gateway, person.token);
  for (let attempt = 0; ; attempt++) {
    const { type, problem } = await client.subscribe(`s${attempt}`, channel, from, speed);
    if (type === 'subscribed') return client;
    if (problem?.code === 'unavailable') continue;
    client.close();
    return undefined;
  }
};

/** What a channel has shown to whom, by the time that it has come so far. */
const shown = async (client: LiveClient | undefined, revision: number): Promise<readonly number[] | undefined> => {
  if (!client) return undefined;
  await reached(client, revision);
  client.close();
  return client.positions;
};

/** What of the list belongs to a channel. */
const listedFor = async (person: SignedInPerson, channel: string, query: string): Promise<readonly number[]> => {
  const [kind, id = ''] = channel.split(':');
  const all = await listed(person, kind === 'organization' ? `&organization=${id}${query}` : query);
  return all.filter(({ subject }) => kind !== 'project' || subject === id).map(({ position }) => position);
};

/** Whoever sees as much of the log by one way as by another: by position, all that is shown to each. */
const compare = async ({ people, channels }: World, revision: number, query: string, open: typeof watching) => {
  const counts: Record<string, Record<string, number | 'closed'>> = {};
  for (const [name, person] of Object.entries(people)) {
    counts[name] = {};
    for (const channel of channels) {
      const live = await shown(await open(person, channel), revision);
      counts[name][channel] = live?.length ?? 'closed';
      if (live === undefined) continue;
      const known = await listedFor(person, channel, query);
      // Of one’s own channel the list has all, with what is about others besides.
      if (channel === 'user:me') expect([name, known]).toEqual([name, expect.arrayContaining([...live])]);
      else expect([name, channel, live]).toEqual([name, channel, known]);
    }
  }
  return counts;
};

describe('of the access log', () => {
  it('everybody sees the same in lists, one by one, live from now on, from the beginning, and played back', async () => {
    const world = await found();
    const { people, projectId, channels } = world;
    const { losing, member, both, getting, stranger } = people;
    if (!losing || !member || !both || !getting || !stranger) throw new Error('nobody is there');
    const [, , first, second] = channels;

    // From now on: each thing that happens, as it happens.
    const before = (await pageOf(cast.admin, 'limit=1')).revision;
    const watchers = new Map<string, LiveClient | undefined>();
    for (const [name, person] of Object.entries(people)) watchers.set(name, await watching(person, 'access'));
    const happens = [
      () => change(losing, { type: 'renameProject', projectId, name: 'Still secret' }),
      () => change(both, { type: 'transferProject', projectId, owner: second }),
      () => change(getting, { type: 'renameProject', projectId, name: 'Ours' }),
      () => change(getting, { type: 'addProjectMember', projectId, userId: stranger.id }),
      () => change(losing, { type: 'createTeam', organizationId: first?.slice('organization:'.length), name: 'Last' }),
    ];
    let revision = before;
    for (const happen of happens) {
      const from = revision + 1;
      revision = await happen();
      for (const [name, person] of Object.entries(people)) {
        const watcher = watchers.get(name);
        if (!watcher) throw new Error(`${name} may not watch`);
        await reached(watcher, revision);
        const known = (await listed(person, `&from=${from}`)).map(({ position }) => position);
        expect([name, watcher.positions.filter((position) => position >= from)]).toEqual([name, known]);
      }
    }
    for (const watcher of watchers.values()) watcher?.close();

    const fromStart = await compare(world, revision, '', (person, channel) => watching(person, channel, 0));
    const playedBack = await compare(world, revision, '', (person, channel) => watching(person, channel, 0, 100_000));
    const later = await compare(world, revision, `&from=${before + 1}`, (person, channel) =>
      watching(person, channel, before),
    );
    expect(playedBack).toEqual(fromStart);
    const isOpen = (counts: typeof later) =>
      Object.entries(counts).map(([name, of]) => [name, Object.values(of).map((count) => count !== 'closed')]);
    expect(isOpen(later)).toEqual(isOpen(fromStart));

    // Both organizations have the transfer, and the one that got the project nothing of what it was before.
    const everything = await listed(cast.admin);
    const ofProject = everything.filter(({ subject }) => subject === projectId).map(({ position }) => position);
    const seenBy = async (person: SignedInPerson) =>
      (await listed(person)).filter(({ subject }) => subject === projectId).map(({ position }) => position);
    expect(await seenBy(getting)).toEqual(ofProject.slice(-3));
    expect((await seenBy(member)).at(-1)).toBe(ofProject.at(-3));
    expect(fromStart.guest).toMatchObject({ [channels[2] ?? '']: 'closed', [channels[4] ?? '']: 4 });
    expect(fromStart.stranger).toMatchObject({ [channels[2] ?? '']: 'closed', [channels[4] ?? '']: 3 });
    expect(fromStart.manager?.access).toBeLessThan(Number(fromStart.auditor?.access));
    expect(Number(fromStart.member?.[channels[2] ?? ''])).toBeLessThan(Number(fromStart.losing?.[channels[2] ?? '']));

    // One by one, what is hidden is as if it were not there.
    for (const [name, person] of Object.entries(people)) {
      const known = new Set((await listed(person)).map(({ position }) => position));
      for (const { position } of everything.slice(-40)) {
        const { status } = await ask(person, 'GET', `/v1/access/events/${position}`);
        expect([name, position, status]).toEqual([name, position, known.has(position) ? 200 : 404]);
      }
    }
  }, 240_000);
});
