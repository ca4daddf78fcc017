import { signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { LiveClient, type LiveMessage } from './live-client.ts';

let stack: Stack;
let cast: Cast;
const open: LiveClient[] = [];

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(() => stack?.stop());

const connect = async (token: string): Promise<LiveClient> => {
  const client = await LiveClient.withToken(stack.gateway, token);
  open.push(client);
  return client;
};

const rename = (token: string, firstName: string) => cast.api('PATCH', '/v1/users/me', { token, body: { firstName } });

const isEvent = (type: string) => (message: LiveMessage) => message.event?.type === type;

describe('/v1/live', () => {
  it('shows people what happens to them as it happens, with nothing personal in the open', async () => {
    const person = await cast.somebody();
    const client = await connect(person.token);
    expect(client.protocol).toBe('rollcall.v1');
    expect(await client.subscribe('s1', `user:${person.id}`)).toMatchObject({ type: 'subscribed', id: 's1' });

    await rename(person.token, 'Augusta');
    const heard = await client.waitFor('the change', isEvent('profile.updated'));
    expect(heard).toMatchObject({ id: 's1', event: { subject: person.id, data: { fields: ['firstName'] } } });
    expect(JSON.stringify(heard)).not.toContain('Augusta');

    await cast.grant(person, ['users.read']);
    const granted = await client.waitFor('the grant', isEvent('permission.granted'));
    expect(granted.event?.data).toMatchObject({ permission: 'users.read' });
  });

  it('shows nobody what is none of their business', async () => {
    const [person, other] = [await cast.somebody(), await cast.somebody()];
    const client = await connect(other.token);
    const refused = await client.subscribe('s1', `user:${person.id}`);
    const missing = await client.subscribe('s2', 'user:01980000-0000-7000-8000-000000000001');
    expect(refused).toMatchObject({ type: 'error', problem: { code: 'not_found' } });
    // The same in all but the numbers of the two questions.
    const instance = refused.problem?.instance;
    expect({ ...missing, id: 's1', problem: { ...missing.problem, instance } }).toEqual(refused);

    const { resume } = await client.subscribe('s3', `user:${other.id}`);
    await rename(person.token, 'Unseen');
    await rename(other.token, 'Seen');
    await client.waitFor('one’s own change', isEvent('profile.updated'));

    // Nor by asking for what came before.
    const again = await connect(other.token);
    await again.subscribe('s1', 'activity', resume);
    await again.waitFor('one’s own change once more', isEvent('profile.updated'));
    const heard = [...client.heard, ...again.heard].flatMap(({ event }) => (event ? [event.subject] : []));
    expect([...new Set(heard)]).toEqual([other.id]);
  });

  it('goes on where it broke off, without gaps and without repeats', async () => {
    const person = await cast.somebody();
    const first = await connect(person.token);
    await first.subscribe('s1', 'user:me');
    await rename(person.token, 'One');
    const last = await first.waitFor('the first change', isEvent('profile.updated'));
    first.close();

    for (const name of ['Two', 'Three', 'Four']) await rename(person.token, name);
    const second = await connect(person.token);
    await second.subscribe('s1', 'user:me', last.resume);
    await rename(person.token, 'Five');
    await second.waitFor('the last change', ({ event }) => event?.data.version === 6);
    const versions = second.heard.filter(isEvent('profile.updated')).map(({ event }) => event?.data.version);
    expect(versions).toEqual([3, 4, 5, 6]);
    expect(second.heard.map(({ event }) => event?.id)).not.toContain(last.event?.id);
  });

  it('refuses a place to go on from that it never gave out', async () => {
    const { token } = await cast.somebody();
    const client = await connect(token);
    const code = async (from: string) => (await client.subscribe(`from ${from}`, 'user:me', from)).problem?.code;
    for (const from of ['', 'x', '-', '1-NaN', '1-1.2', `${'9'.repeat(50)}`]) {
      expect([from, await code(from)]).toEqual([from, 'invalid_cursor']);
    }
    for (const from of ['0-0', '9999999999999-1']) {
      expect([from, await code(from)]).toEqual([from, 'revision_unknown']);
    }
  });

  it('answers pings, stops on unsubscribe, and survives messages that make no sense', async () => {
    const { token } = await cast.somebody();
    const client = await connect(token);
    await client.subscribe('s1', 'user:me');
    client.say({ type: 'unsubscribe', id: 's1' });
    await rename(token, 'Unheard');
    for (const nonsense of [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{"type":"subscribe"}',
      '{"type":"__proto__"}',
      '['.repeat(9_000),
    ]) {
      client.say(nonsense);
    }
    client.say({ type: 'subscribe', id: 'a\u0000\ud800', channel: '\u0000' });
    client.say({ type: 'ping' });
    await client.waitFor('the pong', ({ type }) => type === 'pong');
    const errors = client.heard.filter(({ type }) => type === 'error');
    expect(errors.length).toBeGreaterThanOrEqual(8);
    expect(client.heard.filter(isEvent('profile.updated'))).toEqual([]);
    client.say('x'.repeat(100_000));
    expect(await client.closeCode()).toBe(1009);
  });

  it('takes a fresh token of the same person, and nobody else’s', async () => {
    const [person, other] = [await cast.somebody(), await cast.somebody()];
    const client = await connect(person.token);
    client.say({ type: 'authenticate', token: other.token });
    await client.waitFor('the refusal', ({ problem }) => problem?.code === 'forbidden');
    client.say({ type: 'authenticate', token: 'no token' });
    await client.waitFor('the other refusal', ({ problem }) => problem?.code === 'unauthenticated');

    const fresh = await signIn(cast.api, person);
    client.say({ type: 'authenticate', token: fresh.token });
    await client.waitFor('the new identity', ({ type }) => type === 'authenticated');
    await cast.api('DELETE', '/v1/sessions/current', { token: person.token });
    await client.subscribe('s1', 'user:me');
    await rename(fresh.token, 'Still here');
    await client.waitFor('the change', isEvent('profile.updated'));
  });
});

describe('a live connection', () => {
  it('ends within a second of its session, however that ends', async () => {
    const [leaving, changing, removed] = [await cast.somebody(), await cast.somebody(), await cast.somebody()];
    const elsewhere = await signIn(cast.api, changing);
    const clients = await Promise.all([connect(leaving.token), connect(elsewhere.token), connect(removed.token)]);

    await cast.api('DELETE', '/v1/sessions/current', { token: leaving.token });
    expect(await clients[0].closeCode(1_000)).toBe(4401);
    const body = { current: changing.password, password: 'another long password' };
    await cast.api('PUT', '/v1/password', { token: changing.token, body });
    expect(await clients[1].closeCode(1_000)).toBe(4401);
    await cast.asAdmin('POST', `/v1/users/${removed.id}/deactivate`);
    expect(await clients[2].closeCode(1_000)).toBe(4401);
  });

  it('opens to nobody without a token that holds', async () => {
    const person = await cast.somebody();
    await cast.api('DELETE', '/v1/sessions/current', { token: person.token });
    for (const given of [
      {},
      { protocols: ['rollcall.v1'] },
      { protocols: ['rollcall.v1', 'bearer.nonsense'] },
      { protocols: ['rollcall.v1', `bearer.${person.token}`] },
      { headers: { cookie: 'rollcall_access=nonsense', origin: stack.gateway } },
    ]) {
      await expect(LiveClient.open(stack.gateway, given)).rejects.toThrow(/refused with 40[13]/);
    }
  });

  it('opens by cookie to pages of our own only', async () => {
    const { email, password } = await cast.somebody();
    const body = { identifier: email, password };
    const { headers } = await cast.api('POST', '/v1/sessions?cookies=true', { body });
    const cookie = headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const { issuer } = await cast.asAdmin('GET', '/.well-known/openid-configuration');
    for (const foreign of [{}, { origin: 'https://elsewhere.example' }, { origin: 'null' }]) {
      const opening = LiveClient.open(stack.gateway, { protocols: ['rollcall.v1'], headers: { cookie, ...foreign } });
      await expect(opening).rejects.toThrow('refused with 403');
    }
    const client = await LiveClient.open(stack.gateway, {
      protocols: ['rollcall.v1'],
      headers: { cookie, origin: issuer },
    });
    open.push(client);
    expect(await client.subscribe('s1', 'user:me')).toMatchObject({ type: 'subscribed' });
  });
});
