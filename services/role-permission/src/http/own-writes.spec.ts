import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

type Replica = Awaited<ReturnType<RolePermissionUnderTest['startReplica']>>;

let access: RolePermissionUnderTest;
let ada: Actor;
let other: Replica;
let made = 0;

beforeAll(async () => {
  // Without NATS a replica finds out four times a second what others did.
  access = await startRolePermissionUnderTest();
  ada = await access.person();
  other = await access.startReplica();
});
afterAll(() => access.stop());

const group = async () => {
  const body = { name: `Group ${++made}`, description: 'x', kind: 'manageable' };
  const {
    status,
    body: answered,
    revision,
  } = await access.call({ method: 'POST', path: '/v1/groups', actor: ada, body });
  expect(status).toBe(201);
  return { path: `/v1/groups/${answered.id}`, revision: revision ?? '' };
};

describe('what somebody has made', () => {
  it('is there for them at once, whichever replica they come to', async () => {
    for (let n = 0; n < 10; n++) {
      const { path, revision } = await group();
      const read = await access.call({ method: 'GET', path, actor: ada, accessRevision: revision }, other);
      expect(read.status).toBe(200);
      const body = { userId: ada.userId };
      const write = { method: 'POST', path: `${path}/members`, actor: ada, body, accessRevision: revision };
      expect((await access.call(write, other)).status).toBe(201);
    }
  });

  it('is not answered about from before it: a replica that does not come so far says so', async () => {
    const { path, revision } = await group();
    const [epoch, position] = revision.split('-').map(Number);
    const ask = (accessRevision: string) => access.call({ method: 'GET', path, actor: ada, accessRevision });
    expect(await ask(`${epoch}-${(position ?? 0) + 1}`)).toMatchObject({ status: 503 });
    expect(await ask(`${(epoch ?? 0) + 1}-1`)).toMatchObject({ status: 503 });
    // Of a history that is over there is nothing to wait for.
    expect(await ask('0-999999')).toMatchObject({ status: 200 });
  });
});
