import { newId } from '@rollcall/service-kit/identity';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

type Session = Awaited<ReturnType<AuthUnderTest['signIn']>>;

let auth: AuthUnderTest;
let ada: Person;
let laptop: Session;
let phone: Session;
const manager = somebody();

beforeAll(async () => {
  auth = await startAuthUnderTest();
  auth.grant(manager, 'sessions.manage');
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  laptop = await auth.signIn(ada);
  phone = await auth.signIn(ada);
});

const isRevoked = async ({ actor }: Session): Promise<boolean> => {
  const { body } = await auth.ask('GET', '/internal/revocations', { from: 'gateway' });
  return JSON.stringify(body).includes(actor.sessionId);
};
const expectEnded = async (session: Session): Promise<void> => {
  expect(await isRevoked(session)).toBe(true);
  expect((await auth.refresh(session.refreshToken)).status).toBe(401);
};
const expectAlive = async (session: Session): Promise<void> => {
  expect(await isRevoked(session)).toBe(false);
  expect((await auth.refresh(session.refreshToken)).status).toBe(200);
};

describe('sign out here', () => {
  it('ends this session at the server, takes the cookies back, and leaves the others', async () => {
    const answer = await auth.ask('DELETE', '/v1/sessions/current', { actor: laptop.actor });
    expect(answer).toMatchObject({ status: 200, body: { ended: 1 } });
    expect(answer.cookies).toEqual([
      'rollcall_access=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
      'rollcall_refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    ]);
    await expectEnded(laptop);
    await expectAlive(phone);
    expect((await auth.eventsAbout(ada.userId)).at(-1)).toMatchObject({
      type: 'session.ended',
      actor: ada.userId,
      data: { sessionId: laptop.actor.sessionId, reason: 'signed_out' },
    });
  });

  it('a second time ends nothing and tells nobody', async () => {
    await auth.ask('DELETE', '/v1/sessions/current', { actor: laptop.actor });
    const told = await auth.eventsAbout(ada.userId);
    const again = await auth.ask('DELETE', '/v1/sessions/current', { actor: laptop.actor });
    expect(again).toMatchObject({ status: 200, body: { ended: 0 } });
    expect(await auth.eventsAbout(ada.userId)).toEqual(told);
  });
});

describe('sign out one other device', () => {
  it('ends that one', async () => {
    const answer = await auth.ask('DELETE', `/v1/sessions/${phone.actor.sessionId}`, { actor: laptop.actor });
    expect(answer).toMatchObject({ status: 200, body: { ended: 1 } });
    await expectEnded(phone);
    await expectAlive(laptop);
  });

  it('the session of somebody else and one that is none are the same 404, and nothing ends', async () => {
    const { actor: eve } = await auth.signIn(await auth.register());
    const foreign = await auth.ask('DELETE', `/v1/sessions/${phone.actor.sessionId}`, { actor: eve });
    const missing = await auth.ask('DELETE', `/v1/sessions/${newId()}`, { actor: eve });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(missing).toEqual(foreign);
    await expectAlive(phone);
  });

  it('what is no id is 400', async () => {
    expect((await auth.ask('DELETE', '/v1/sessions/x', { actor: laptop.actor })).status).toBe(400);
  });
});

describe('sign out everywhere else', () => {
  it('ends all but this session', async () => {
    const answer = await auth.ask('DELETE', '/v1/sessions', { actor: laptop.actor });
    expect(answer).toMatchObject({ status: 200, body: { ended: 1 } });
    await expectEnded(phone);
    await expectAlive(laptop);
  });
});

describe('an administrator', () => {
  it('ends every session of a person', async () => {
    const answer = await auth.ask('DELETE', `/v1/users/${ada.userId}/sessions`, { actor: manager });
    expect(answer).toMatchObject({ status: 200, body: { ended: 2 } });
    await expectEnded(phone);
    await expectEnded(laptop);
    expect((await auth.eventsAbout(ada.userId)).at(-1)).toMatchObject({ actor: manager.userId });
  });

  it('somebody without the right and somebody who asks for nobody get the same 404', async () => {
    const missing = await auth.ask('DELETE', `/v1/users/${newId()}/sessions`, { actor: manager });
    const forbidden = await auth.ask('DELETE', `/v1/users/${ada.userId}/sessions`, { actor: laptop.actor });
    expect(missing.status).toBe(404);
    expect(forbidden).toEqual(missing);
    await expectAlive(laptop);
  });
});

describe('401', () => {
  it.each(['/v1/sessions/current', '/v1/sessions', `/v1/sessions/${newId()}`, `/v1/users/${newId()}/sessions`])(
    'nobody at %s',
    async (path) => {
      expect((await auth.ask('DELETE', path)).status).toBe(401);
    },
  );
});

it('many who end the same sessions at once neither fail nor tell of it twice', async () => {
  const everything = () => auth.ask('DELETE', `/v1/users/${ada.userId}/sessions`, { actor: manager });
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => [
      auth.ask('DELETE', '/v1/sessions', { actor: laptop.actor }),
      auth.ask('DELETE', '/v1/sessions', { actor: phone.actor }),
      auth.ask('DELETE', '/v1/sessions/current', { actor: phone.actor }),
      auth.setAccess(ada, false),
      everything(),
    ]).flat(),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const ends = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'session.ended');
  expect(ends.map(({ data }) => data.sessionId).sort()).toEqual([laptop.actor.sessionId, phone.actor.sessionId].sort());
});
