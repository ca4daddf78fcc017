import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeactivationUnderTest, startDeactivationUnderTest } from '../testing/deactivation-under-test.ts';

let deactivation: DeactivationUnderTest;
const manager = somebody();
let ada = somebody();

beforeAll(async () => {
  deactivation = await startDeactivationUnderTest();
  deactivation.managers.add(manager.userId);
});
afterAll(() => deactivation.stop());
beforeEach(() => {
  ada = somebody();
  deactivation.people.add(ada.userId);
});

describe('200', () => {
  it('a manager deactivates an account: suspended first, then shut, then told to all', async () => {
    const answer = await deactivation.ask('deactivate', ada.userId, manager, { reason: 'left the company' });
    expect(answer).toEqual({ status: 200, body: { userId: ada.userId, status: 'deactivated' } });
    expect(deactivation.toldAbout(ada.userId)).toEqual(['suspended true', 'access false']);
    expect(deactivation.actors.suspension.at(-1)).toBe(manager.userId);
    expect(deactivation.actors.access.at(-1)).toBe(manager.userId);
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([
      {
        type: 'user.deactivated',
        actor: manager.userId,
        data: {
          before: { status: 'active' },
          after: { status: 'deactivated' },
          by: 'administrator',
          personal: { reason: 'left the company' },
        },
      },
    ]);
  });

  it('a reason, which may name people, is nowhere in plain once it is told', async () => {
    await deactivation.ask('deactivate', ada.userId, manager, { reason: 'a quarrel with Ben' });
    const [stored] = await deactivation.connection.sql`
      select (select jsonb_agg(a) from deactivation.accounts a)::text || (select jsonb_agg(o) from deactivation.outbox o)::text
        as everything`;
    expect(stored?.everything).toContain(ada.userId);
    expect(stored?.everything).not.toContain('quarrel');
  });

  it('a person deactivates themselves, as `me` too, without a body', async () => {
    const answer = await deactivation.ask('deactivate', 'me', ada);
    expect(answer).toEqual({ status: 200, body: { userId: ada.userId, status: 'deactivated' } });
    expect(await deactivation.eventsAbout(ada.userId)).toMatchObject([{ data: { by: 'self' } }]);
  });

  it('a second time changes nothing and tells nobody', async () => {
    await deactivation.ask('deactivate', ada.userId, manager);
    const answer = await deactivation.ask('deactivate', ada.userId, manager);
    expect(answer).toEqual({ status: 200, body: { userId: ada.userId, status: 'deactivated' } });
    expect(deactivation.toldAbout(ada.userId)).toHaveLength(2);
    expect(await deactivation.eventsAbout(ada.userId)).toHaveLength(1);
  });

  it('many at once are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => deactivation.ask('deactivate', ada.userId, manager)),
    );
    for (const { status } of answers) expect(status).toBe(200);
    expect(deactivation.toldAbout(ada.userId)).toEqual(['suspended true', 'access false']);
    expect(await deactivation.eventsAbout(ada.userId)).toHaveLength(1);
  });
});

describe('403', () => {
  it('an administrator is shut out by administrators only, and whoever else tried is told so', async () => {
    deactivation.admins.add(ada.userId);
    const answer = await deactivation.ask('deactivate', ada.userId, manager);
    const detail = expect.stringMatching(/^It takes an administrator/);
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden', detail } });
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
  });
});

describe('404', () => {
  it('a missing person and a person one may not touch are the same answer', async () => {
    const missing = await deactivation.ask('deactivate', somebody().userId, manager);
    const forbidden = await deactivation.ask('deactivate', ada.userId, somebody());
    expect(missing.status).toBe(404);
    expect(forbidden).toEqual(missing);
    expect(deactivation.toldAbout(ada.userId)).toEqual([]);
  });

  it('leaves nothing of a request about nobody', async () => {
    const nobody = somebody();
    await deactivation.ask('deactivate', nobody.userId, manager);
    expect(await deactivation.accountOf(nobody.userId)).toBeUndefined();
  });
});

describe('409', () => {
  it('the last administrator stays, every door stays open, and it may be tried again', async () => {
    deactivation.lastAdmins.add(ada.userId);
    const answer = await deactivation.ask('deactivate', ada.userId, ada);
    const detail = 'Make somebody else an administrator first.';
    expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin', detail } });
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
    expect(await deactivation.accountOf(ada.userId)).toMatchObject({ status: 'active', pending: null });
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([]);

    deactivation.lastAdmins.delete(ada.userId);
    expect((await deactivation.ask('deactivate', ada.userId, ada)).status).toBe(200);
  });
});

describe('400', () => {
  it.each([{ reason: 'x'.repeat(201) }, { reason: 'a\nb' }, { unknown: 1 }])('%j', async (body) => {
    expect((await deactivation.ask('deactivate', ada.userId, manager, body)).status).toBe(400);
  });
});

describe('401', () => {
  it('nobody', async () => {
    expect((await deactivation.ask('deactivate', ada.userId, null)).status).toBe(401);
  });
});
