import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { encodeCursor } from '@rollcall/service-kit/cursor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let cleo: Actor;
/** Ada's, with Ben in it, and Cleo in its project alone; the other one is Cleo's. */
let acme: string;
let other: string;
let site: string;
let renamed: number;

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });
const done = async (actor: Actor, method: string, path: string, body?: unknown) => {
  const answer = await ask(actor, method, path, body);
  expect([method, path, answer.status]).toEqual([method, path, answer.status < 300 ? answer.status : 200]);
  return answer.body;
};
const page = z.object({
  items: z.array(z.object({ position: z.int(), type: z.string(), subject: z.string() })),
  nextCursor: z.string().nullable(),
});
const listed = async (actor: Actor, query = '') =>
  page.parse((await ask(actor, 'GET', `/v1/access/events?limit=200${query}`)).body).items;
const typesAbout = async (actor: Actor, subject: string) =>
  (await listed(actor)).flatMap((event) => (event.subject === subject ? [event.type] : []));

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben, cleo] = [await access.person(), await access.person(), await access.person()];
  [acme, other, site] = [randomUUID(), randomUUID(), randomUUID()];
  const commands = [
    { type: 'createOrganization', organizationId: acme, name: 'Acme' },
    { type: 'addOrganizationMember', organizationId: acme, userId: ben.userId },
    { type: 'createProject', projectId: site, name: 'Site', owner: `organization:${acme}` },
    { type: 'addProjectMember', projectId: site, userId: cleo.userId },
  ];
  await done(ada, 'POST', '/v1/access/commands', { commands });
  const founding = [{ type: 'createOrganization', organizationId: other, name: 'Other' }];
  await done(cleo, 'POST', '/v1/access/commands', { commands: founding });
  renamed = Number((await done(ada, 'PATCH', `/v1/projects/${site}`, { name: 'New site' })).revision);
});
afterAll(() => access.stop());

describe('the log', () => {
  it('of a project is there for who is in it, from elsewhere too, one by one as in the list', async () => {
    expect(await typesAbout(cleo, site)).toEqual([
      'project.created',
      'project.member_added',
      'project.member_added',
      'project.renamed',
    ]);
    expect((await ask(cleo, 'GET', `/v1/access/events/${renamed}`)).status).toBe(200);
    expect(await typesAbout(cleo, acme)).toEqual([]);
  });

  it('of an organization has for its members what they can read of it, and all of it for its admins', async () => {
    const revision = Number((await access.create(admin, 'posts.write')).body.revision);
    await done(ada, 'PUT', `/v1/users/${ada.userId}/permissions/posts.write?organization=${acme}`);
    const types = async (actor: Actor) =>
      (await listed(actor, `&organization=${acme}&from=${revision}`)).map(({ type }) => type);
    expect([await types(ada), await types(ben)]).toEqual([['permission.granted'], []]);
    const hidden = await ask(ben, 'GET', `/v1/access/events/${revision + 1}`);
    expect(hidden).toEqual(await ask(ben, 'GET', '/v1/access/events/999999'));
  });

  it('is not for who manages access what it is for who reads it', async () => {
    const [manager, auditor] = [await access.person(), await access.person()];
    await access.grant(admin, manager, 'access.manage');
    const { revision } = await done(admin, 'PUT', `/v1/users/${auditor.userId}/permissions/access.read`);
    const positions = (await listed(auditor)).map(({ position }) => position);
    expect(positions).toEqual(Array.from({ length: Number(revision) }, (_, index) => index + 1));
    expect(await typesAbout(manager, acme)).toEqual([
      'organization.created',
      'organization.member_added',
      'organization.member_added',
    ]);
    expect(await typesAbout(manager, auditor.userId)).toEqual([]);
    expect(await typesAbout(manager, 'posts.write')).toEqual([]);
  });

  it('has a transfer for both organizations, and nothing from before for the new one', async () => {
    await done(cleo, 'POST', `/v1/organizations/${other}/members`, { userId: ada.userId });
    const dan = await access.person();
    await done(cleo, 'POST', `/v1/organizations/${other}/members`, { userId: dan.userId, admin: true });
    const { revision } = await done(ada, 'POST', `/v1/projects/${site}/transfer`, { owner: `organization:${other}` });
    for (const actor of [ada, ben, cleo, dan]) {
      expect((await ask(actor, 'GET', `/v1/access/events/${revision}`)).status).toBe(200);
    }
    for (const [organization, actor] of [
      [acme, ben],
      [other, dan],
    ] as const) {
      const events = await listed(actor, `&organization=${organization}&from=${revision}`);
      expect(events.map(({ position }) => position)).toEqual([revision]);
    }
    expect(await typesAbout(dan, site)).toEqual(['project.transferred']);
    expect(await typesAbout(ben, site)).toEqual(['project.created', 'project.renamed', 'project.transferred']);
    expect((await ask(dan, 'GET', `/v1/access/events/${renamed}`)).status).toBe(404);
  });

  it('is closed to who is suspended', async () => {
    const dan = await access.person();
    expect(await listed(dan)).toHaveLength(1);
    await access.suspend(dan);
    expect(await listed(dan)).toEqual([]);
  });
});

describe('a place in the log', () => {
  it.each([[['9'.repeat(23)]], [['9'.repeat(16)]], [['-1']], [['1.5']], [['']], [[5]], [['1', '2']], ['1']])(
    'is no cursor when it is %j',
    async (key) => {
      const cursor = encodeCursor(Array.isArray(key) ? key : [key, key]);
      const answer = await ask(admin, 'GET', `/v1/access/events?cursor=${cursor}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_cursor']);
    },
  );

  it.each([
    ['from=', '/v1/access/events?from='],
    ['an event', '/v1/access/events/'],
    ['at=', '/v1/access/state?at='],
    ['from= and to=', '/v1/access/diff?from=1&to='],
    ['from=', '/v1/access/diff?from='],
  ])('that no log reaches is bad input or not there, never a failure: %s', async (_, path) => {
    const instants = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
    const numbers = [2 ** 31, Number.MAX_SAFE_INTEGER, '9'.repeat(16), '9'.repeat(23), '1e300', '-0', '-1', '1.5'];
    for (const place of [...numbers, ...instants]) {
      const { status } = await ask(admin, 'GET', `${path}${place}`);
      expect([path, place, status < 500]).toEqual([path, place, true]);
    }
  });

  it('that no log reaches can be read after, where nothing is', async () => {
    const cursor = encodeCursor(['9'.repeat(15)]);
    expect(await listed(admin, `&cursor=${cursor}`)).toEqual([]);
    expect(await listed(admin, `&from=${Number.MAX_SAFE_INTEGER}`)).toEqual([]);
  });
});

describe('what is only tried', () => {
  const event = z.strictObject({
    position: z.int(),
    index: z.int(),
    type: z.string(),
    subject: z.string(),
    time: z.string(),
    actor: z.string(),
    data: z.record(z.string(), z.unknown()),
  });
  const tried = z.strictObject({ revision: z.int(), dryRun: z.literal(true), events: z.array(event) });

  it('is told as the log would tell it, but for the ids that it would get, whichever way it is tried', async () => {
    const zoe = await access.person();
    const { revision } = await done(zoe, 'POST', '/v1/organizations', { name: 'Zoo' });
    const organizationId = randomUUID();
    const commands = [{ type: 'createOrganization', organizationId, name: 'Second' }];
    const answers = [
      await done(zoe, 'POST', '/v1/access/commands', { commands, dryRun: true }),
      await done(zoe, 'POST', `/v1/access/events/${revision}/undo`, { dryRun: true }),
      await done(zoe, 'POST', '/v1/organizations?dryRun=true', { name: 'Second' }),
    ];
    for (const answer of answers) {
      const { events, ...rest } = tried.parse(answer);
      const positions = events.map(({ position }) => position);
      expect(positions).toEqual(events.map((_, index) => Number(revision) + 1 + index));
      expect([rest.revision, events.length > 0]).toEqual([positions.at(-1), true]);
      expect(events.every(({ actor }) => actor === zoe.userId)).toBe(true);
    }
    expect(JSON.stringify(answers[0])).toContain('"Second"');
    expect((await listed(zoe)).at(-1)?.position).toBe(revision);
  });
});
