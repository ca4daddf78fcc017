import { userDeactivated } from '@rollcall/types/events/deactivation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reactTo } from './reaction.ts';
import { startTraffic, type Traffic } from './testing/traffic.ts';

let traffic: Traffic;
beforeAll(async () => {
  traffic = await startTraffic();
});
afterAll(() => traffic.end());

const reaction = reactTo(userDeactivated, async () => undefined);

describe('a service does not start with a reaction', () => {
  it('under another service than that of its event, where it would never run', async () => {
    const database = await traffic.database();
    const join = () => traffic.join({ service: 'profile', database, reactions: { registration: [reaction] } });
    expect(join).toThrow('user.deactivated is an event of deactivation, not of registration');
  });

  it('to a type that has one already, which would never run', async () => {
    const database = await traffic.database();
    const join = () =>
      traffic.join({ service: 'profile', database, reactions: { deactivation: [reaction, reaction] } });
    expect(join).toThrow('there are two reactions to user.deactivated');
  });
});
