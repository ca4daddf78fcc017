import type { ApiAnswer } from '@rollcall/testing/api-client';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { inTurn } from './in-turn.ts';
import { found, type World } from './structure-world.ts';

let stack: Stack;
let cast: Cast;
let world: World;
let suspended: SignedInPerson;
let stranger: SignedInPerson;
let reader: SignedInPerson;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  world = await found(cast);
  await cast.define('reports.read');
  [suspended, stranger] = [await cast.somebody('suspended'), await cast.somebody('stranger')];
  const { organizationId, teamId, projectId, orgAdmin, member } = world;
  const asOrgAdmin = async (method: string, path: string, body?: unknown) => {
    const answer = await cast.api(method, path, { token: orgAdmin.token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  await asOrgAdmin('POST', `/v1/projects/${projectId}/members`, { teamId });
  await asOrgAdmin('POST', `/v1/organizations/${organizationId}/members`, { userId: suspended.id });
  await asOrgAdmin('PUT', `/v1/teams/${teamId}/permissions/reports.read?organization=${organizationId}`);
  await asOrgAdmin('PUT', `/v1/users/${member.id}/permissions/reports.read?organization=${organizationId}`);
  await cast.asAdmin('PUT', `/v1/users/${suspended.id}/permissions/reports.read`);
  await cast.asAdmin('POST', `/v1/users/${suspended.id}/deactivate`);
  reader = await cast.holderOf('access.read');
}, 120_000);

afterAll(() => stack?.stop());

interface Question {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
  readonly minRevision?: number | string;
}

const ask = (asker: SignedInPerson, path: string, body: unknown): Promise<ApiAnswer> =>
  cast.api('POST', `/v1/access/${path}`, { token: asker.token, body });

/** How many of these operations one service has answered. */
const answeredBy = async (service: string, operation: string): Promise<number> => {
  const { body } = await cast.api('GET', '/metrics');
  const counted = `rollcall_http_request_duration_seconds_count{service="${service}",operation="${operation}",`;
  return String(body)
    .split('\n')
    .filter((line) => line.startsWith(counted))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
};

/** What the gateway says: it answers questions about the present by itself. */
const said = async (asker: SignedInPerson, question: Question) => told(await ask(asker, 'check', question));

/**
 * What the owner says of the very same: whoever asks about the past in the same batch is sent on to it. The beginning of
 * the log has no answers but no.
 */
const saidByOwner = async (asker: SignedInPerson, question: Question) => {
  const past = { user: 'user:me', relation: 'holder', object: 'permission:admin', at: 0 };
  const answer = await ask(asker, 'batch-check', { checks: [question, past] });
  const { results, ...rest } = answer.body;
  const body = answer.status === 200 ? { allowed: results[0].allowed, revision: rest.revision } : answer.body;
  return told({ ...answer, body });
};

/** All of an answer but what differs between any two requests, and where in the body an error is. */
const told = ({ status, headers, body: { instance: _, ...body } }: ApiAnswer) => ({
  status,
  type: headers.get('content-type'),
  cache: headers.get('cache-control'),
  retry: headers.get('retry-after'),
  body: JSON.parse(JSON.stringify(body).replaceAll('/body/checks/0', '/body')),
});

const everything = () => {
  const { organizationId, teamId, projectId, orgAdmin, member, target, newcomer } = world;
  const people = [orgAdmin, member, target, newcomer, suspended, stranger, reader, cast.admin];
  const users = [
    ...people.map(({ id }) => `user:${id}`),
    `team:${teamId}#member`,
    `organization:${organizationId}`,
    `organization:${organizationId}#admin`,
    'user:nobody',
    'user:*',
  ];
  const objects = [
    `organization:${organizationId}`,
    `team:${teamId}`,
    `project:${projectId}`,
    'permission:reports.read',
    'permission:access.read',
    'permission:admin',
    `permission:${organizationId}/reports.read`,
    `permission:${organizationId}/access.read`,
    `permission:${teamId}/reports.read`,
    'permission:nothing',
    'team:nothing',
  ];
  const questions = users.flatMap((user) =>
    objects.flatMap((object) => relationsOf(object).map((relation): Question => ({ user, relation, object }))),
  );
  const [user = '', object = ''] = [users[0], objects[0]];
  const odd = ['holder', 'nothing'].map((relation): Question => ({ user, relation, object }));
  return [
    ...questions,
    ...odd,
    { user, relation: 'member', object: 'nothing:x' },
    { user: 'nothing:x', relation: 'member', object },
  ];
};

const relations: Readonly<Record<string, readonly string[]>> = {
  organization: ['admin', 'member'],
  team: ['organization', 'member'],
  project: ['owner', 'admin', 'member'],
  permission: ['everywhere', 'holder'],
};
const relationsOf = (object: string): readonly string[] => relations[object.split(':')[0] ?? ''] ?? [];

describe('a check that the gateway answers', () => {
  it('is answered as its owner would, whatever it is about, refusals included', async () => {
    const before = await answeredBy('gateway', 'checkAccess');
    const questions = everything();
    const pairs = await inTurn(questions, async (question) => ({
      question,
      gateway: await said(reader, question),
      owner: await saidByOwner(reader, question),
    }));
    for (const { question, gateway, owner } of pairs) expect({ question, ...gateway }).toEqual({ question, ...owner });
    const allowed = pairs.filter(({ gateway }) => gateway.body.allowed === true);
    // The world is one in which much is so and most is not.
    expect(allowed.length).toBeGreaterThan(20);
    expect(pairs.filter(({ gateway }) => gateway.body.allowed === false).length).toBeGreaterThan(200);
    const byGateway = (await answeredBy('gateway', 'checkAccess')) - before;
    expect(byGateway).toBe(pairs.filter(({ gateway }) => gateway.status === 200).length);
  }, 120_000);

  it('is answered alike in batches', async () => {
    const answers = await inTurn(everything(), async (question) => ({
      question,
      answer: await said(reader, question),
    }));
    const meant = answers.filter(({ answer }) => answer.status === 200);
    const { body } = await ask(reader, 'batch-check', { checks: meant.map(({ question }) => question) });
    expect(body.results).toEqual(meant.map(({ answer }) => ({ allowed: answer.body.allowed })));
    expect(await answeredBy('gateway', 'checkAccessBatch')).toBeGreaterThan(0);
  }, 120_000);

  it('is refused to whoever may not ask, as its owner refuses it, and told to those who administer it', async () => {
    const { organizationId, orgAdmin, member, target } = world;
    const question = { user: `user:${target.id}`, relation: 'member', object: `organization:${organizationId}` };
    for (const asker of [stranger, member, orgAdmin, cast.admin, reader, target]) {
      expect(await said(asker, question)).toEqual(await saidByOwner(asker, question));
    }
    expect((await said(stranger, question)).status).toBe(403);
    // What is not theirs and what is not there cannot be told apart (N15).
    const nothing = { ...question, object: 'organization:nothing' };
    expect(await said(stranger, question)).toEqual(await said(stranger, nothing));
    expect((await said(orgAdmin, question)).body.allowed).toBe(true);
  });

  it('denies whoever is deactivated everything (I6)', async () => {
    const user = `user:${suspended.id}`;
    for (const [relation, object] of [
      ['member', `organization:${world.organizationId}`],
      ['holder', 'permission:reports.read'],
    ] as const) {
      expect((await said(reader, { user, relation, object })).body.allowed).toBe(false);
      expect((await saidByOwner(reader, { user, relation, object })).body.allowed).toBe(false);
    }
  });

  it('takes a revision that must be there alike', async () => {
    const question = { user: 'user:me', relation: 'holder', object: 'permission:access.read' };
    const { revision } = (await said(reader, question)).body;
    for (const minRevision of [0, revision, `1-${revision}`, '0-1', `0-${revision}`]) {
      const asked = { ...question, minRevision };
      expect(await said(reader, asked)).toEqual(await saidByOwner(reader, asked));
    }
    expect((await said(reader, { ...question, minRevision: '0-1' })).status).toBe(409);
  });
});

describe('two checks that differ in one thing only (N45)', () => {
  it('are two questions: each is answered as if the other had never been asked', async () => {
    const { organizationId, teamId, projectId, member, target } = world;
    const base = { user: `user:${target.id}`, relation: 'member', object: `team:${teamId}` };
    const others = [
      { ...base, user: `user:${member.id}` },
      { ...base, user: `team:${teamId}#member` },
      { ...base, relation: 'organization' },
      { ...base, object: `project:${projectId}` },
      { ...base, object: `organization:${organizationId}` },
      { ...base, object: `team:${organizationId}` },
      { ...base, user: `user:${target.id.slice(0, -1)}` },
    ];
    // What they say without the other.
    const alone = await inTurn([base, ...others], (question) => saidByOwner(reader, question), 1);
    for (let round = 0; round < 3; round++) {
      for (const [index, other] of others.entries()) {
        expect(await said(reader, base)).toEqual(alone[0]);
        expect(await said(reader, other)).toEqual(alone[index + 1]);
      }
      const { body } = await ask(reader, 'batch-check', { checks: [base, ...others, base] });
      const wanted = [...alone, alone[0]].map((answer) => ({ allowed: answer?.body.allowed }));
      expect(body.results).toEqual(wanted);
    }
    expect(new Set(alone.map(({ body }) => body.allowed)).size).toBe(2);
  });

  it('are so also when a field is cut in another place', async () => {
    const { target, organizationId } = world;
    const scoped = `permission:${organizationId}/reports.read`;
    const questions = [
      { user: `user:${target.id}`, relation: 'holder', object: scoped },
      { user: `user:${target.id}h`, relation: 'older', object: scoped },
      { user: `user:${target.id}`, relation: 'holderp', object: scoped.slice(1) },
      { user: `user:${target.id}`, relation: 'holder', object: `permission:${organizationId}/reports.rea` },
    ];
    for (const question of questions) expect(await said(reader, question)).toEqual(await saidByOwner(reader, question));
    const [asked] = questions;
    expect(asked && (await said(reader, asked)).body.allowed).toBe(true);
  });
});

describe('ids that look alike (N50)', () => {
  it('are others, by the gateway and by the owner: case, spaces and Unicode forms are taken as they come', async () => {
    await cast.define('Reports');
    await cast.grant(world.member, ['Reports']);
    const user = `user:${world.member.id}`;
    const spelled = (name: string) => ({ user, relation: 'holder', object: `permission:${name}` });
    expect((await said(reader, spelled('Reports'))).body.allowed).toBe(true);
    for (const name of ['reports', 'REPORTS', 'Reports\u0301', 'Ｒeports', 'Reports\u200b', 'Reports ', ' Reports']) {
      const answer = await said(reader, spelled(name));
      expect([name, answer.body.allowed ?? answer.status]).toEqual([name, /\s/.test(name) ? 400 : false]);
      expect(answer).toEqual(await saidByOwner(reader, spelled(name)));
    }
    const loud = { user: user.toUpperCase().replace('USER', 'user'), relation: 'holder', object: 'permission:Reports' };
    expect((await said(reader, loud)).body.allowed).toBe(false);
    // Whoever spells their own id in another way asks about somebody else.
    expect((await said(world.member, loud)).status).toBe(403);
    for (const [composed, decomposed] of [['permission:é', 'permission:e\u0301']] as const) {
      const [one, other] = await inTurn([composed, decomposed], (object) =>
        said(reader, { user, relation: 'holder', object }),
      );
      expect([one?.body.allowed, other?.body.allowed]).toEqual([false, false]);
    }
  });
});
