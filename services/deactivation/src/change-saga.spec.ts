import { somebody } from '@rollcall/testing/service-under-test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DeactivationUnderTest,
  type Step,
  startDeactivationUnderTest,
} from './testing/deactivation-under-test.ts';

let deactivation: DeactivationUnderTest;
const manager = somebody();
let ada = somebody();
const steps: readonly Step[] = ['suspension', 'access'];

beforeEach(async () => {
  deactivation = await startDeactivationUnderTest();
  deactivation.managers.add(manager.userId);
  ada = somebody();
  deactivation.people.add(ada.userId);
});
afterEach(() => deactivation.stop());

const statusOf = async () => {
  const account = await deactivation.accountOf(ada.userId);
  return account?.pending ?? account?.status;
};
const becomes = (status: string) => expect.poll(statusOf, { timeout: 10_000, interval: 20 }).toBe(status);

/** Holds a step, once, until released. */
const holdAt = (held: Step) => {
  let release = (): void => undefined;
  let reached = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const atStep = new Promise<void>((resolve) => {
    reached = resolve;
  });
  deactivation.faults.before = async (step) => {
    if (step !== held) return;
    deactivation.faults.before = async () => undefined;
    reached();
    await released;
  };
  return { atStep, release: () => release() };
};

describe.each(steps)('%s being down', (step) => {
  it('a deactivation is taken, answered "completing" after 2 s, and finished when it is back', async () => {
    deactivation.faults.down.add(step);
    const began = Date.now();
    const answer = await deactivation.ask('deactivate', ada.userId, ada);
    expect(answer).toEqual({ status: 202, body: { userId: ada.userId, status: 'completing' } });
    expect(Date.now() - began).toBeGreaterThan(1_900);
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([]);

    deactivation.faults.down.clear();
    await becomes('deactivated');
    expect(deactivation.doorsOf(ada.userId)).toBe('shut');
    expect(await deactivation.eventsAbout(ada.userId)).toMatchObject([{ type: 'user.deactivated' }]);
  });

  it('a reactivation likewise', async () => {
    await deactivation.ask('deactivate', ada.userId, ada);
    deactivation.faults.down.add(step);
    expect((await deactivation.ask('reactivate', ada.userId, manager)).status).toBe(202);
    deactivation.faults.down.clear();
    await becomes('active');
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
  });

  it('a moment only, and the caller hears nothing of it', async () => {
    deactivation.faults.down.add(step);
    setTimeout(() => deactivation.faults.down.clear(), 300);
    expect((await deactivation.ask('deactivate', ada.userId, ada)).status).toBe(200);
  });
});

describe.each(steps)('killed before %s', (step) => {
  it('the next process finishes the deactivation, and access that was cut stays cut (F27)', async () => {
    const { atStep, release } = holdAt(step);
    const answer = deactivation.ask('deactivate', ada.userId, ada);
    await atStep;
    const cut = deactivation.doorsOf(ada.userId);
    await deactivation.restart();
    expect(await statusOf()).toBe('deactivating');
    expect(cut).toBe(step === 'suspension' ? 'open' : 'half open');

    await deactivation.lapse(ada.userId);
    await becomes('deactivated');
    // What the killed process had under way arrives late and changes nothing.
    release();
    await answer;
    expect(deactivation.doorsOf(ada.userId)).toBe('shut');
    expect(await deactivation.eventsAbout(ada.userId)).toHaveLength(1);
  });
});

describe('a refusal that comes after "completing"', () => {
  it('takes the request back, and the next one is told why', async () => {
    deactivation.lastAdmins.add(ada.userId);
    deactivation.faults.down.add('suspension');
    expect((await deactivation.ask('deactivate', ada.userId, ada)).status).toBe(202);
    deactivation.faults.down.clear();
    await becomes('active');
    expect(deactivation.toldAbout(ada.userId)).toEqual([]);
    expect(await deactivation.ask('deactivate', ada.userId, ada)).toMatchObject({
      status: 409,
      body: { code: 'last_admin' },
    });
  });

  it('a person whom nobody knows is forgotten', async () => {
    const nobody = somebody();
    deactivation.faults.down.add('suspension');
    expect((await deactivation.ask('deactivate', nobody.userId, manager)).status).toBe(202);
    deactivation.faults.down.clear();
    await expect.poll(() => deactivation.accountOf(nobody.userId), { timeout: 10_000 }).toBeUndefined();
  });

  it('a person who is only just reaching the other services is waited for', async () => {
    const bob = somebody();
    expect((await deactivation.ask('deactivate', bob.userId, bob)).status).toBe(202);
    deactivation.people.add(bob.userId);
    await expect
      .poll(async () => (await deactivation.accountOf(bob.userId))?.status, { timeout: 10_000 })
      .toBe('deactivated');
  });
});

describe('opposite wishes', () => {
  it('the newer one wins, whole: doors are all open or all shut', async () => {
    const { atStep, release } = holdAt('access');
    const first = deactivation.ask('deactivate', ada.userId, manager);
    await atStep;
    const second = deactivation.ask('reactivate', ada.userId, manager);
    await becomes('reactivating');
    release();
    expect((await first).status).toBe(202);
    expect(await second).toEqual({ status: 200, body: { userId: ada.userId, status: 'active' } });
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([]);
  });

  it('a refusal between them leaves no door half open', async () => {
    await deactivation.ask('deactivate', ada.userId, manager);
    const { atStep, release } = holdAt('access');
    const opening = deactivation.ask('reactivate', ada.userId, manager);
    await atStep;
    deactivation.lastAdmins.add(ada.userId);
    const shutting = deactivation.ask('deactivate', ada.userId, manager);
    await becomes('deactivating');
    release();
    expect((await opening).status).toBe(202);
    expect(await shutting).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    await becomes('active');
    expect(deactivation.doorsOf(ada.userId)).toBe('open');
  });

  it('a reactivation that is refused leaves a deactivation under way to its end, in nobody else’s name', async () => {
    deactivation.admins.add(ada.userId);
    const { atStep, release } = holdAt('access');
    const shutting = deactivation.ask('deactivate', ada.userId, ada, { reason: 'On leave.' });
    await atStep;
    const opening = deactivation.ask('reactivate', ada.userId, manager, { reason: 'Wanted here.' });
    await becomes('reactivating');
    release();
    expect((await shutting).status).toBe(202);
    expect(await opening).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await becomes('deactivated');
    expect(deactivation.doorsOf(ada.userId)).toBe('shut');
    expect(await deactivation.eventsAbout(ada.userId)).toEqual([
      {
        type: 'user.deactivated',
        actor: 'service:deactivation',
        data: { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'administrator' },
      },
    ]);
  });

  it('any storm of them ends in one of the two states, and events alternate', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          deactivation.ask(at % 2 === 0 ? 'deactivate' : 'reactivate', ada.userId, manager),
        ),
      );
      await expect
        .poll(async () => (await deactivation.accountOf(ada.userId))?.pending, { timeout: 10_000 })
        .toBe(null);
      const status = await statusOf();
      expect(deactivation.doorsOf(ada.userId)).toBe(status === 'active' ? 'open' : 'shut');
    }
    const types = (await deactivation.eventsAbout(ada.userId)).map(({ type }) => type);
    for (const [at, type] of types.entries()) {
      expect(type).toBe(at % 2 === 0 ? 'user.deactivated' : 'user.reactivated');
    }
  });
});
