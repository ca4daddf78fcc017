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
  it('gives rights back before doors open', async () => {
    await deactivation.ask('deactivate', ada.userId, ada);
    const answer = await deactivation.ask('reactivate', ada.userId, manager);
    expect(answer).toEqual({ status: 200, body: { userId: ada.userId, status: 'active' } });
    expect(deactivation.toldAbout(ada.userId).slice(2)).toEqual(['suspended false', 'access true']);
    expect((await deactivation.eventsAbout(ada.userId)).at(-1)).toEqual({
      type: 'user.reactivated',
      actor: manager.userId,
      data: { before: { status: 'deactivated' }, after: { status: 'active' }, by: 'administrator' },
    });
  });

  it('tells the reason', async () => {
    await deactivation.ask('deactivate', ada.userId, ada);
    await deactivation.ask('reactivate', ada.userId, manager, { reason: 'back from leave' });
    expect((await deactivation.eventsAbout(ada.userId)).at(-1)).toMatchObject({
      data: { personal: { reason: 'back from leave' } },
    });
  });

  it('an account that is active stays so, without an event', async () => {
    for (let time = 0; time < 2; time++) {
      const answer = await deactivation.ask('reactivate', ada.userId, manager);
      expect(answer).toEqual({ status: 200, body: { userId: ada.userId, status: 'active' } });
    }
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([]);
  });
});

describe('403', () => {
  it('an administrator is let back in by administrators only, and stays out until then', async () => {
    const admin = somebody();
    for (const { userId } of [ada, admin]) deactivation.admins.add(userId);
    deactivation.managers.add(admin.userId);
    await deactivation.ask('deactivate', ada.userId, ada);
    const answer = await deactivation.ask('reactivate', ada.userId, manager);
    const detail = expect.stringMatching(/^It takes an administrator/);
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden', detail } });
    expect(deactivation.doorsOf(ada.userId)).toBe('shut');
    expect(await deactivation.accountOf(ada.userId)).toMatchObject({ status: 'deactivated', pending: null });

    expect((await deactivation.ask('reactivate', ada.userId, admin)).status).toBe(200);
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
  });
});

describe('404', () => {
  it('a missing person and a person without rights are the same answer, even for oneself', async () => {
    await deactivation.ask('deactivate', ada.userId, ada);
    const missing = await deactivation.ask('reactivate', somebody().userId, manager);
    expect(missing.status).toBe(404);
    expect(await deactivation.ask('reactivate', ada.userId, somebody())).toEqual(missing);
    expect(await deactivation.ask('reactivate', 'me', ada)).toEqual(missing);
    expect(deactivation.doorsOf(ada.userId)).toBe('shut');
  });
});
