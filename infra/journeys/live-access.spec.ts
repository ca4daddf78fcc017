import { randomUUID } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { LiveClient, type LiveMessage } from './live-client.ts';
import { found } from './structure-world.ts';

let stack: Stack;
let cast: Cast;
/** All of them, where there is more than one. */
let gateways: readonly string[];
const open: LiveClient[] = [];

beforeAll(async () => {
  stack = await startStack();
  gateways = [stack.gateway, ...stack.moreGateways];
  cast = await Cast.of(stack);
}, 180_000);

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(() => stack?.stop());

/** Connects to one gateway after the other. */
const connect = async ({ token }: { readonly token: string }): Promise<LiveClient> => {
  const client = await LiveClient.withToken(gateways[open.length % gateways.length] ?? stack.gateway, token);
  open.push(client);
  return client;
};

/** Somebody does something that must succeed. */
const act = async ({ token }: SignedInPerson, method: string, path: string, body?: unknown) => {
  const answer = await cast.api(method, path, { token, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const addTeam = (admin: SignedInPerson, organizationId: string, name: string) =>
  act(admin, 'POST', '/v1/teams', { organizationId, name });

const isTeam = (name: string) => (message: LiveMessage) =>
  message.event?.type === 'team.created' && message.event.data.name === name;

describe('whoever watches an organization', () => {
  it('sees what happens there as it happens, names and all; nobody else sees anything', async () => {
    const { organizationId, projectId, orgAdmin, member, target } = await found(cast);
    const stranger = await cast.somebody();
    const [one, inProject, outside] = [await connect(member), await connect(target), await connect(stranger)];
    await one.subscribe('s1', `organization:${organizationId}`);
    await inProject.subscribe('s1', `project:${projectId}`);
    await outside.subscribe('s1', 'access', 0);
    const foreign = await outside.subscribe('s2', `organization:${organizationId}`);
    const missing = await outside.subscribe('s3', `organization:${randomUUID()}`);
    const { instance } = foreign.problem ?? {};
    expect({ ...missing, id: 's2', problem: { ...missing.problem, instance } }).toEqual(foreign);
    expect(foreign).toMatchObject({ type: 'error', problem: { code: 'not_found' } });

    const { id, revision } = await addTeam(orgAdmin, organizationId, 'Canary team');
    const heard = await one.waitFor('the team', isTeam('Canary team'));
    expect(heard).toMatchObject({ id: 's1', revision, event: { position: revision, subject: id } });
    await act(orgAdmin, 'PATCH', `/v1/projects/${projectId}`, { name: 'Canary site' });
    await inProject.waitFor('the new name', ({ event }) => event?.type === 'project.renamed');
    // Whatever is shown to the stranger is shown in order: after this it would have been there.
    await cast.grant(stranger, ['activity.read']);
    await outside.waitFor('the grant', ({ event }) => event?.type === 'permission.granted');
    expect(JSON.stringify(outside.heard)).not.toContain('Canary');
    expect(JSON.stringify(inProject.heard)).not.toContain('Canary team');
  });

  it('goes on where the connection broke, at whichever gateway, without gaps and without repeats', async () => {
    const { organizationId, orgAdmin, member } = await found(cast);
    const seen: number[] = [];
    const start = await connect(member);
    let from = (await start.subscribe('s1', `organization:${organizationId}`)).resume;
    start.close();
    const made: number[] = [];
    const writing = (async () => {
      for (let count = 0; count < 40; count++) {
        const { revision } = await addTeam(orgAdmin, organizationId, `Team ${count}`);
        made.push(revision);
      }
    })();
    for (let round = 0; round < 8; round++) {
      const client = await connect(member);
      await client.subscribe('s1', `organization:${organizationId}`, from);
      await waitFor('some more', async () => client.positions.length >= 3);
      client.close();
      seen.push(...client.positions);
      from = client.heard.findLast(({ type }) => type === 'event')?.resume;
    }
    await writing;
    const last = await connect(member);
    await last.subscribe('s1', `organization:${organizationId}`, from);
    await waitFor('the rest', async () => seen.length + last.positions.length >= made.length);
    expect([...seen, ...last.positions]).toEqual(made);
  });

  it('sees the past as well, at whatever speed', async () => {
    const { organizationId, member } = await found(cast);
    const client = await connect(member);
    await client.subscribe('s1', `organization:${organizationId}`, 0, 1_000);
    await client.waitFor('the newest', ({ event }) => event?.type === 'team.member_added');
    const types = client.heard.flatMap(({ event }) => (event ? [event.type] : []));
    expect(types[0]).toBe('organization.created');
    expect(client.positions).toEqual([...client.positions].sort((one, other) => one - other));
  });

  it('cannot go on from another epoch of the log', async () => {
    const { organizationId, member } = await found(cast);
    const client = await connect(member);
    const { problem } = await client.subscribe('s1', `organization:${organizationId}`, '999-1');
    expect(problem?.code).toBe('revision_unknown');
  });

  it('knows who else does', async () => {
    const { organizationId, member, target } = await found(cast);
    const [one, other] = [await connect(member), await connect(target)];
    await one.subscribe('s1', `organization:${organizationId}`);
    one.say({ type: 'presence', id: 's1' });
    await other.subscribe('s1', `organization:${organizationId}`);
    const isThere = ({ type, users }: LiveMessage) => type === 'presence' && users?.join() === target.id;
    await one.waitFor('the other', isThere);
    other.close();
    await waitFor(
      'the other to be gone',
      async () => one.heard.findLast(({ type }) => type === 'presence')?.users?.length === 0,
    );
  });
});

describe('a live connection ends with the right to what is watched', () => {
  it('of a member who is removed: 4403, and not_found from then on', async () => {
    const { organizationId, orgAdmin, member } = await found(cast);
    const client = await connect(member);
    await client.subscribe('s1', `organization:${organizationId}`);
    await act(orgAdmin, 'DELETE', `/v1/organizations/${organizationId}/members/${member.id}`);
    expect(await client.closeCode()).toBe(4403);
    await addTeam(orgAdmin, organizationId, 'Unseen');
    const again = await connect(member);
    const { problem } = await again.subscribe('s1', `organization:${organizationId}`, 0);
    expect(problem?.code).toBe('not_found');
    expect(JSON.stringify([...client.heard, ...again.heard])).not.toContain('Unseen');
  });

  it('of an admin whose organization is deleted: 4403', async () => {
    const { organizationId, orgAdmin } = await found(cast);
    const client = await connect(orgAdmin);
    await client.subscribe('s1', `organization:${organizationId}`);
    await act(orgAdmin, 'DELETE', `/v1/organizations/${organizationId}`);
    expect(await client.closeCode()).toBe(4403);
  });

  it('of whoever saw everything: 4403', async () => {
    const auditor = await cast.somebody();
    await cast.grant(auditor, ['access.read']);
    const client = await connect(auditor);
    await client.subscribe('s1', 'access');
    await cast.asAdmin('DELETE', `/v1/users/${auditor.id}/permissions/access.read`);
    expect(await client.closeCode()).toBe(4403);
  });

  it('of whoever is suspended, who gets in no more', async () => {
    const { organizationId } = await found(cast);
    const person = await cast.somebody();
    await cast.grant(person, ['access.read']);
    const clients = [await connect(person), await connect(person), await connect(person)];
    for (const [place, channel] of ['access', 'user:me', `organization:${organizationId}`].entries()) {
      await clients[place]?.subscribe('s1', channel);
    }
    await cast.asAdmin('POST', `/v1/users/${person.id}/deactivate`);
    // By the session or by the log, whichever is heard of first.
    for (const client of clients) expect([4401, 4403]).toContain(await client.closeCode());
    await waitFor('every door to be shut', async () => {
      const refusals = await Promise.allSettled(gateways.map((gateway) => LiveClient.withToken(gateway, person.token)));
      for (const opened of refusals) if (opened.status === 'fulfilled') opened.value.close();
      return refusals.every(({ status }) => status === 'rejected');
    });
  });
});

it('who may see everything sees every position of the log, in order', async () => {
  const client = await connect(cast.admin);
  await client.subscribe('s1', 'access', 0);
  const { organizationId, orgAdmin } = await found(cast);
  await addTeam(orgAdmin, organizationId, 'The last');
  await client.waitFor('the last', isTeam('The last'));
  expect(client.positions).toEqual(client.positions.map((_, index) => index + 1));
});
