import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshClaims, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
let owner = '';
let helper = '';
let token = '';

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());
beforeEach(async () => {
  [owner, helper] = [newId(), newId()];
  await grant(helper, 'users.impersonate');
  const act = { sub: helper, sid: newId() };
  token = await gateway.sign({ claims: { ...freshClaims(), sub: owner, act, scope: 'activity.read' } });
  expect(await looks()).toMatchObject({ status: 200 });
});

const right = (userId: string, permission: string) => ({
  ...{ user: `user:${userId}`, relation: 'holder', object: `permission:${permission}` },
});
const grant = (userId: string, permission: string) =>
  gateway.hasFollowed(gateway.access.write({ write: right(userId, permission) }));
const looks = () => gateway.ask('/v1/activity', { token });

describe('whoever looks at an account as its owner sees it', () => {
  it('does so no longer once they have lost the right to', async () => {
    await gateway.hasFollowed(gateway.access.write({ remove: right(helper, 'users.impersonate') }));
    expect(await looks()).toMatchObject({ status: 401, code: 'token_revoked' });
  });

  it('does so no longer once the owner holds what they do not', async () => {
    await grant(owner, 'admin');
    expect(await looks()).toMatchObject({ status: 401, code: 'token_revoked' });
    await grant(helper, 'admin');
    expect(await looks()).toMatchObject({ status: 200 });
  });

  it('goes on whatever the owner holds within an organization', async () => {
    await grant(owner, `${newId()}/reports.read`);
    expect(await looks()).toMatchObject({ status: 200 });
  });

  it('reads what everybody may all the same', async () => {
    await gateway.hasFollowed(gateway.access.write({ remove: right(helper, 'users.impersonate') }));
    expect(await gateway.ask('/v1/genders', { token })).toMatchObject({ status: 200 });
  });
});
