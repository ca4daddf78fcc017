import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let cleo: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest({
    variables: { ROLLCALL_PLANS: '{"small":3,"any":null}', ROLLCALL_DELETION_GRACE_DAYS: '0' },
  });
  admin = await access.person();
  [ada, ben, cleo] = [await access.person(), await access.person(), await access.person()];
});
afterAll(() => access.stop());

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });
const found = async (name = 'Acme'): Promise<string> => {
  const { body } = await ask(ada, 'POST', '/v1/organizations', { name });
  return String(body.id);
};

describe('an organization', () => {
  it('is founded, read, renamed and listed by its name', async () => {
    const founded = await ask(ada, 'POST', '/v1/organizations', { name: 'Acme' });
    expect(founded).toMatchObject({ status: 201, body: { name: 'Acme', revision: expect.any(Number) } });
    const path = `/v1/organizations/${founded.body.id}`;
    expect((await ask(ada, 'PATCH', path, { name: 'Apex' })).status).toBe(200);
    const { body } = await ask(ada, 'GET', path);
    expect(body).toMatchObject({
      name: 'Apex',
      memberCount: 1,
      members: [{ userId: ada.userId, admin: true, validUntil: null }],
      plan: 'small',
      seats: { taken: 1, of: 3 },
    });
    const { items } = (await ask(ada, 'GET', '/v1/organizations')).body;
    const [createdAt, updatedAt] = [String(body.createdAt), String(body.updatedAt)];
    expect(Date.parse(updatedAt)).toBeGreaterThan(Date.parse(createdAt));
    expect(items).toContainEqual({ id: founded.body.id, name: 'Apex', createdAt, updatedAt, admin: true });
    expect((await ask(cleo, 'GET', '/v1/organizations')).body.items).toEqual([]);
    expect((await ask(cleo, 'GET', path)).status).toBe(404);
  });

  it('named as it is named already has no event', async () => {
    const id = await found('Same');
    const before = await access.eventsAbout(id);
    await ask(ada, 'PATCH', `/v1/organizations/${id}`, { name: 'Same' });
    expect(await access.eventsAbout(id)).toEqual(before);
  });

  it('has its name in the log sealed only', async () => {
    const id = await found('A name that nobody guesses');
    const told = JSON.stringify(await access.eventsAbout(id));
    expect(told).toContain('organization.created');
    expect(told).not.toContain('nobody guesses');
  });

  it('is only tried with dryRun, and nothing is kept of it', async () => {
    const id = await found();
    const path = `/v1/organizations/${id}/members`;
    const tried = await ask(ada, 'POST', `${path}?dryRun=true`, { userId: ben.userId });
    expect(tried).toMatchObject({
      status: 200,
      body: { dryRun: true, events: [{ type: 'organization.member_added', subject: id }] },
    });
    expect((await ask(ada, 'PATCH', `/v1/organizations/${id}?dryRun=true`, { name: 'Perhaps' })).body).toMatchObject({
      events: [{ type: 'organization.renamed', data: { before: 'Acme', after: 'Perhaps' } }],
    });
    expect((await ask(ada, 'GET', path)).body.items).toHaveLength(1);
    expect((await ask(ben, 'POST', `${path}?dryRun=true`, { userId: ben.userId })).status).toBe(404);
  });

  it('has so many members as its plan has seats', async () => {
    const id = await found();
    const path = `/v1/organizations/${id}/members`;
    for (const { userId } of [ben, cleo]) expect((await ask(ada, 'POST', path, { userId })).status).toBe(201);
    expect(await ask(ada, 'POST', path, { userId: admin.userId })).toMatchObject({
      status: 409,
      body: { code: 'seat_limit_reached' },
    });
    expect((await ask(ada, 'POST', path, { userId: randomUUID() })).body).toMatchObject({
      code: 'invalid_input',
      errors: [{ pointer: '/body/userId' }],
    });
  });

  it('lists its members page by page', async () => {
    const id = await found();
    const path = `/v1/organizations/${id}/members`;
    for (const { userId } of [ben, cleo]) await ask(ada, 'POST', path, { userId });
    const first = (await ask(ben, 'GET', `${path}?limit=2`)).body;
    const rest = (await ask(ben, 'GET', `${path}?limit=2&cursor=${first.nextCursor}`)).body;
    const ids = [first.items, rest.items].flat().map((item: unknown) => Object(item).userId);
    expect(ids).toEqual([ada, ben, cleo].map(({ userId }) => userId).sort());
    expect(rest.nextCursor).toBeNull();
  });
});

describe('a batch', () => {
  it('comes about together, and names what it creates', async () => {
    const [organizationId, teamId] = [randomUUID(), randomUUID()];
    const commands = [
      { type: 'createOrganization', organizationId, name: 'Batch' },
      { type: 'createTeam', organizationId, teamId, name: 'Crew' },
      { type: 'addOrganizationMember', organizationId, userId: ben.userId },
      { type: 'addTeamMember', teamId, userId: ben.userId },
    ];
    const done = await ask(ada, 'POST', '/v1/access/commands', { commands });
    expect(done.status).toBe(200);
    expect((await ask(ben, 'GET', `/v1/teams/${teamId}`)).body).toMatchObject({
      name: 'Crew',
      organizationId,
      members: [{ userId: ben.userId, validUntil: null }],
    });
  });

  it('is refused whole with the first that is, by its place', async () => {
    const organizationId = randomUUID();
    const commands = [
      { type: 'createOrganization', organizationId, name: 'Never' },
      { type: 'addOrganizationMember', organizationId, userId: randomUUID() },
    ];
    expect(await ask(ada, 'POST', '/v1/access/commands', { commands })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/commands/1/userId' }] },
    });
    expect((await ask(ada, 'GET', `/v1/organizations/${organizationId}`)).status).toBe(404);
  });

  it('of which one has bad fields is refused, naming them', async () => {
    const commands = [{ type: 'createTeam', name: 'x' }];
    const { status, body } = await ask(ada, 'POST', '/v1/access/commands', { commands });
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ pointer: '/body/commands/0/organizationId', detail: 'is missing' });
  });
});

describe('undo', () => {
  it('takes a command back, and is taken back itself', async () => {
    const id = await found('Before');
    const { body } = await ask(ada, 'PATCH', `/v1/organizations/${id}`, { name: 'After' });
    const nameNow = async () => (await ask(ada, 'GET', `/v1/organizations/${id}`)).body.name;
    const undone = await ask(ada, 'POST', `/v1/access/events/${body.revision}/undo`, {});
    expect(undone).toMatchObject({
      status: 200,
      body: {
        events: [{ type: 'organization.renamed', data: { before: 'After', after: 'Before', undoes: body.revision } }],
      },
    });
    expect(await nameNow()).toBe('Before');
    expect((await ask(ada, 'POST', `/v1/access/events/${undone.body.revision}/undo`, {})).status).toBe(200);
    expect(await nameNow()).toBe('After');
  });

  it('is refused with the positions in the way, and cascades where it is told to', async () => {
    const id = await found();
    const added = await ask(ada, 'POST', `/v1/organizations/${id}/members`, { userId: ben.userId });
    const team = await ask(ada, 'POST', '/v1/teams', { organizationId: id, name: 'Crew' });
    const joined = await ask(ada, 'POST', `/v1/teams/${team.body.id}/members`, { userId: ben.userId });
    const path = `/v1/access/events/${added.body.revision}/undo`;
    expect(await ask(ada, 'POST', path, {})).toMatchObject({
      status: 409,
      body: { code: 'undo_blocked', blockedBy: [joined.body.revision] },
    });
    const tried = await ask(ada, 'POST', path, { cascade: true, dryRun: true });
    expect(tried.body.events).toHaveLength(2);
    expect((await ask(ada, 'POST', path, { cascade: true })).status).toBe(200);
    expect((await ask(ben, 'GET', `/v1/organizations/${id}`)).status).toBe(404);
    expect((await ask(ada, 'GET', `/v1/teams/${team.body.id}`)).body.members).toEqual([]);
  });

  it('is not there for those who may not see the event', async () => {
    const id = await found();
    const { body } = await ask(ada, 'PATCH', `/v1/organizations/${id}`, { name: 'Other' });
    expect((await ask(cleo, 'POST', `/v1/access/events/${body.revision}/undo`, {})).status).toBe(404);
    expect((await ask(cleo, 'GET', `/v1/access/events/${body.revision}`)).status).toBe(404);
  });
});

describe('what has run out', () => {
  it('ends by an event within a second, and its seat is free', async () => {
    const id = await found();
    const validUntil = new Date(Date.now() + 300).toISOString();
    await ask(ada, 'POST', `/v1/organizations/${id}/members`, { userId: ben.userId, validUntil });
    await expect
      .poll(async () => (await access.eventsAbout(id)).map(({ type }) => type), { timeout: 5_000 })
      .toContain('organization.member_removed');
    // The database has an event a moment before the state that is answered from has it.
    await expect
      .poll(async () => (await ask(ada, 'GET', `/v1/organizations/${id}`)).body.seats, { timeout: 5_000 })
      .toEqual({ taken: 1, of: 3 });
  });

  it('is gone for good once its time to be restored is over', async () => {
    const id = await found();
    expect((await ask(ada, 'DELETE', `/v1/organizations/${id}`)).body).toMatchObject({ report: { members: 1 } });
    await expect
      .poll(async () => (await access.eventsAbout(id)).map(({ type }) => type), { timeout: 5_000 })
      .toContain('organization.purged');
    expect((await ask(ada, 'POST', `/v1/deleted-items/${id}/restore`)).status).toBe(404);
  });
});
