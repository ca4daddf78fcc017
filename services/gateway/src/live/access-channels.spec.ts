import { newId } from '@rollcall/service-kit/identity';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { freshClaims, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';
import { LiveClient } from '../testing/live-client.ts';

let gateway: GatewayUnderTest;
const clients: LiveClient[] = [];

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterEach(() => {
  gateway.services.down.clear();
  for (const { socket } of clients.splice(0)) socket.terminate();
});
afterAll(() => gateway?.stop());

const watch = (token: string): Promise<LiveClient> => {
  const client = new LiveClient(gateway.url, { token });
  clients.push(client);
  return client.opened();
};

/** What a client is answered when it wants to watch; on a busy machine the present may not be known for a moment. */
const asksFor = (client: LiveClient, subscription: Readonly<Record<string, unknown>>) =>
  waitFor('an answer', async () => {
    client.say({ type: 'subscribe', id: 's1', ...subscription });
    const { type, problem, resume } = await client.next();
    const code = typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined;
    return code !== 'unavailable' && { type, code, resume };
  });

/** A member of an organization of their own, who watches it. */
const watchingMember = async () => {
  const claims = freshClaims();
  const organizationId = newId();
  const tuple = { user: `user:${claims.sub}`, relation: 'member', object: `organization:${organizationId}` };
  await gateway.hasFollowed(gateway.access.write({ write: tuple }));
  const token = await gateway.sign({ claims });
  const client = await watch(token);
  const { resume } = await asksFor(client, { channel: tuple.object });
  return { client, token, tuple, channel: tuple.object, organizationId, resume };
};

it('a watched organization shows its members what happens in it', async () => {
  const { client, organizationId } = await watchingMember();
  gateway.access.record({ organizations: [newId()] });
  const revision = gateway.access.record({ organizations: [organizationId] });
  expect(await client.heard('event')).toMatchObject({ id: 's1', revision });
});

it('while it is not known who may see what, nothing is shown and nothing opened, and afterwards all of it', async () => {
  const { client, organizationId, channel } = await watchingMember();
  gateway.services.down.add('role-permission');
  const answer = async () => {
    client.say({ type: 'subscribe', id: 's2', channel });
    return (await client.next()).problem;
  };
  await expect.poll(answer, { timeout: 5_000 }).toMatchObject({ code: 'unavailable' });
  client.say({ type: 'unsubscribe', id: 's2' });
  const revision = gateway.access.record({ organizations: [organizationId] });
  expect(client.eventIds).toEqual([]);
  gateway.services.down.delete('role-permission');
  expect(await client.heard('event')).toMatchObject({ id: 's1', revision });
});

it('a right that ends takes the connection with it: 4403', async () => {
  const { client, tuple } = await watchingMember();
  gateway.access.write({ remove: tuple });
  expect(await client.closeCode()).toBe(4403);
});

it('a log that becomes another one sends everybody away: 4408, and their places are unknown from then on', async () => {
  const { client, token, channel, resume } = await watchingMember();
  gateway.access.epoch++;
  expect(await client.closeCode()).toBe(4408);
  const again = await watch(token);
  expect(await asksFor(again, { channel, from: resume })).toMatchObject({ code: 'revision_unknown' });
});
