import { Bus } from '@rollcall/events/bus';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import { waitFor } from '@rollcall/testing/wait-for';
import { natsSubject } from '@rollcall/types/envelope';
import { revocationSubject } from '@rollcall/types/live-subjects';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshClaims, type GatewayUnderTest, issuer, startGatewayUnderTest } from './testing/gateway-under-test.ts';
import { LiveClient, type LiveClientOptions } from './testing/live-client.ts';

let gateway: GatewayUnderTest;
let bus: Bus;
const clients: LiveClient[] = [];

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  await waitFor('NATS', async () => bus.connected);
  await bus.stream();
  gateway = await startGatewayUnderTest({ withNats: true });
});
afterEach(() => {
  gateway.services.down.clear();
  for (const { socket } of clients.splice(0)) socket.terminate();
});
afterAll(async () => {
  await gateway.stop();
  await bus.close();
});

const asked = async (token: string) => (await gateway.ask('/v1/activity', { token })).status;
const announce = (message: unknown): void => {
  bus.connection.publish(revocationSubject, typeof message === 'string' ? message : JSON.stringify(message));
};
const watch = (options: LiveClientOptions, url = gateway.url): LiveClient => {
  const client = new LiveClient(url, options);
  clients.push(client);
  return client;
};

/** Publishes an event as the relay of registration would, and returns its id. */
const publish = async (about: {
  subject?: string;
  actor?: string;
  data?: Record<string, unknown>;
}): Promise<string> => {
  const event = {
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/registration',
    type: 'user.registered',
    subject: about.subject ?? newId(),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { personal: 'canary-sealed', ...about.data },
    actor: about.actor ?? 'service:registration',
    correlationid: 'a-request',
    subjectsequence: 1,
  };
  await bus.jetstream().publish(natsSubject('registration', event.type), JSON.stringify(event), { msgID: event.id });
  return event.id;
};
const expectEvents = (client: LiveClient, ids: readonly string[]) =>
  expect.poll(() => client.eventIds, { timeout: 10_000 }).toEqual(ids);

describe('news of revocations', () => {
  it('is enough, while auth itself cannot be asked', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    await expect.poll(() => asked(token)).toBe(200);
    const beat = setInterval(() => announce({ head: gateway.revocations.head, items: [] }), 100);
    onTestFinished(() => clearInterval(beat));
    gateway.services.down.add('auth');
    const since = performance.now();
    while (performance.now() - since < 1_500) expect(await asked(token)).toBe(200);

    const item = gateway.revoke(claims.sid);
    announce({ head: item.position, items: [item] });
    await expect.poll(() => asked(token), { timeout: 1_000, interval: 10 }).toBe(401);
  });

  it('that something was missed is no ground to go on from: 503 until auth says what (F36)', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    expect(await asked(token)).toBe(200);
    gateway.services.down.add('auth');
    const { position } = gateway.revoke(claims.sid);
    announce({ head: position, items: [] });
    await expect.poll(() => asked(token), { timeout: 900, interval: 10 }).toBe(503);
    gateway.services.down.delete('auth');
    await expect.poll(() => asked(token), { timeout: 5_000 }).toBe(401);
  });

  it('from auth that came back from a backup counts anew (F36)', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    expect(await asked(token)).toBe(200);
    gateway.revocations.head = 0;
    gateway.revocations.items.length = 0;
    gateway.revoke(claims.sid);
    await expect.poll(() => asked(token), { timeout: 3_000 }).toBe(401);
  });

  it('that cannot be read does no harm to what comes after it', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    expect(await asked(token)).toBe(200);
    for (const junk of [
      '',
      '{',
      'null',
      '[]',
      '{"head":-1,"items":[]}',
      '{"head":1}',
      '{"head":"9","items":[]}',
      '\u0000',
    ])
      announce(junk);
    announce({ head: 0, items: [{ position: 1, kind: 'everybody', value: 'x', expiresAt: 'never' }] });
    // With auth gone, news is the only way to learn of this.
    gateway.services.down.add('auth');
    const item = gateway.revoke(claims.sid);
    announce({ head: item.position, items: [item] });
    await expect.poll(() => asked(token), { timeout: 900, interval: 10 }).toBe(401);
  });
});

describe('WS /v1/live lets in', () => {
  it('a bearer token among the protocols, and does not repeat it', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    expect(client.socket.protocol).toBe('rollcall.v1');
  });

  it('a session cookie of a page of ours', async () => {
    const cookie = `rollcall_access=${await gateway.sign()}`;
    await watch({ headers: { cookie }, origin: issuer }).opened();
  });

  it.each([
    ['nobody', async () => ({}), 401],
    ['a token that does not hold', async () => ({ token: 'x.y.z' }), 401],
    [
      'two tokens',
      async () => ({ protocols: ['rollcall.v1', `bearer.${await gateway.sign()}`, `bearer.${await gateway.sign()}`] }),
      401,
    ],
    [
      'a cookie of a foreign page',
      async () => ({ headers: { cookie: `rollcall_access=${await gateway.sign()}` }, origin: 'https://evil.example' }),
      403,
    ],
    ['a cookie of no page', async () => ({ headers: { cookie: `rollcall_access=${await gateway.sign()}` } }), 403],
    ['a token in the address', async () => ({ path: `/v1/live?access_token=${await gateway.sign()}` }), 401],
    ['anybody elsewhere', async () => ({ path: '/v1/sessions', token: await gateway.sign() }), 404],
    ['anybody at another spelling', async () => ({ path: '/v1//live', token: await gateway.sign() }), 404],
  ])('not %s', async (_, options, status) => {
    const client = watch(await options());
    await expect.poll(() => client.refused).toBe(status);
  });

  it('no more than twenty of one person', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    await Promise.all(Array.from({ length: 20 }, () => watch({ token }).opened()));
    const client = watch({ token });
    await expect.poll(() => client.refused).toBe(429);
  });
});

describe('WS /v1/live shows', () => {
  it('what somebody did and what was done about them, and of nobody else', async () => {
    const claims = freshClaims();
    const client = watch({ token: await gateway.sign({ claims }) });
    await client.subscribed();
    const about = await publish({ subject: claims.sub });
    await publish({});
    const by = await publish({ actor: claims.sub });
    await expectEvents(client, [about, by]);
    expect(JSON.stringify(client.messages)).not.toContain('canary');
  });

  it.each(['user:00000000-0000-7000-8000-000000000000', 'organization:x', 'inbox', ''])(
    'nothing of the channel %j, as if there were none',
    async (channel) => {
      const client = await watch({ token: await gateway.sign() }).opened();
      client.say({ type: 'subscribe', id: 's1', channel });
      expect(await client.heard('error')).toMatchObject({ id: 's1', problem: { code: 'not_found' } });
    },
  );

  it('what was missed, without a gap or a repetition, here and at another replica', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    const first = watch({ token });
    const { resume: start } = await first.subscribed();
    const ids = [await publish({ subject: claims.sub })];
    await expectEvents(first, ids);
    const { resume } = await first.heard('event');
    first.socket.close();
    for (let count = 0; count < 5; count++) ids.push(await publish({ subject: claims.sub }));

    const replica = await gateway.startReplica();
    for (const url of [gateway.url, replica.url]) {
      const again = watch({ token }, url);
      await waitFor('the journal to have caught up', async () => {
        await again.opened();
        again.say({ type: 'subscribe', id: 's1', channel: 'activity', from: resume });
        return (await again.next()).type === 'subscribed';
      });
      await expectEvents(again, ids.slice(1));
      const whole = watch({ token }, url);
      await whole.subscribed({ from: start });
      ids.push(await publish({ subject: claims.sub }));
      await expectEvents(whole, ids);
      await expectEvents(again, ids.slice(1));
    }
    await replica.stop();
  });

  it('nothing while it is unknown whose session has ended, and all of it afterwards', async () => {
    const claims = freshClaims();
    const client = watch({ token: await gateway.sign({ claims }) });
    await client.subscribed();
    gateway.services.down.add('auth');
    await expect.poll(async () => asked(await gateway.sign()), { timeout: 3_000 }).toBe(503);
    const ids = [await publish({ subject: claims.sub }), await publish({ subject: claims.sub })];
    client.say({ type: 'subscribe', id: 's2', channel: 'activity' });
    expect(await client.heard('error')).toMatchObject({ id: 's2', problem: { code: 'unavailable' } });
    expect(client.eventIds).toEqual([]);
    gateway.services.down.delete('auth');
    await expectEvents(client, ids);
  });
});

describe('WS /v1/live ends', () => {
  it('with the session: 4401', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    const client = await watch({ token }).opened();
    const other = await watch({ token: await gateway.sign() }).opened();
    gateway.revoke(claims.sid);
    expect(await client.closeCode()).toBe(4401);
    expect(other.closed).toBeUndefined();
    const again = watch({ token });
    await expect.poll(() => again.refused).toBe(401);
  });

  it('with the token: 4401, unless a fresh one came in time', async () => {
    const claims = { ...freshClaims(), exp: Math.floor(Date.now() / 1000) + 3 };
    const token = await gateway.sign({ claims });
    const [client, renewed] = await Promise.all([watch({ token }).opened(), watch({ token }).opened()]);
    const fresh = { ...freshClaims(), sub: claims.sub };
    renewed.say({ type: 'authenticate', token: await gateway.sign({ claims: fresh }) });
    await renewed.heard('authenticated');
    expect(await client.closeCode()).toBe(4401);
    expect(Date.now()).toBeGreaterThanOrEqual(claims.exp * 1000);
    renewed.say({ type: 'ping' });
    await renewed.heard('pong');
    gateway.revoke(fresh.sid);
    expect(await renewed.closeCode()).toBe(4401);
  });

  it('never belongs to somebody else: a fresh token of another person is refused', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    client.say({ type: 'authenticate', token: await gateway.sign() });
    expect(await client.heard('error')).toMatchObject({ problem: { code: 'forbidden' } });
    client.say({ type: 'authenticate', token: 'x.y.z' });
    await expect.poll(() => client.messages.length).toBe(2);
    expect(client.messages[1]).toMatchObject({ problem: { code: 'unauthenticated' } });
  });

  it('for whoever does not keep up: 4408', async () => {
    const claims = freshClaims();
    const client = watch({ token: await gateway.sign({ claims }) });
    for (let count = 0; count < 32; count++) await client.subscribed({ id: `s${count}` });
    client.socket.pause();
    for (let count = 0; count < 10; count++) await publish({ subject: claims.sub, data: { text: 'x'.repeat(60_000) } });
    const behind = watch({ token: await gateway.sign({ claims }) });
    await behind.subscribed();
    // Whoever keeps up sees this one, so the gateway has been through with those before it.
    await expectEvents(behind, [await publish({ subject: claims.sub })]);
    client.socket.resume();
    expect(await client.closeCode()).toBe(4408);
  });

  it('for whoever says too much at once: 1009', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    client.say('x'.repeat(16_385));
    expect(await client.closeCode()).toBe(1009);
  });

  it('for whoever says too many things: 4429', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    for (let count = 0; count < 200; count++) client.say({ type: 'ping' });
    expect(await client.closeCode()).toBe(4429);
  });

  it('not for junk, which is answered as such', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    const junk = ['', '{', 'null', '[]', '{"type":"x"}', '{"type":"subscribe"}', '{"type":"ping","more":1}', '"ping"'];
    for (const text of junk) client.say(text);
    client.socket.send(Buffer.from([0xff, 0xfe]));
    client.say({ type: 'unsubscribe', id: 'never' });
    client.say({ type: 'subscribe', id: 's1', channel: 'activity', from: 'junk' });
    client.say({ type: 'ping' });
    await client.heard('pong');
    expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(junk.length + 2);
  });

  it('not for a message with a mistake, which is told where it is, each time under another name', async () => {
    const client = await watch({ token: await gateway.sign() }).opened();
    client.say({ type: 'subscribe', id: 7, channel: 'activity', more: true });
    client.say({ type: 'subscribe', id: 's1' });
    client.say({ type: 'subscribed' });
    client.say([]);
    await expect.poll(() => client.messages.length).toBe(4);
    const problems = client.messages.map(
      ({ problem }) => problem as { instance: string; errors: unknown; code: string },
    );
    expect(problems.map(({ errors }) => errors)).toEqual([
      [
        { pointer: '/id', detail: 'must be a string' },
        { pointer: '/more', detail: 'is not a known field' },
      ],
      [{ pointer: '/channel', detail: 'is missing' }],
      [{ pointer: '/type', detail: 'must be one of "subscribe", "unsubscribe", "presence", "authenticate", "ping"' }],
      [{ pointer: '', detail: 'must be an object' }],
    ]);
    for (const { code, instance } of problems) {
      expect(code).toBe('invalid_input');
      expect(instance).toMatch(/^urn:request:[0-9a-f-]{36}$/);
    }
    expect(new Set(problems.map(({ instance }) => instance)).size).toBe(4);
  });

  it('politely when the gateway stops: 1001', async () => {
    const replica = await gateway.startReplica();
    const client = await watch({ token: await gateway.sign() }, replica.url).opened();
    await replica.stop();
    expect(await client.closeCode()).toBe(1001);
  });
});
