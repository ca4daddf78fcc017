import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beforeFirst, recordedAfter } from './log.ts';
import { Overlay } from './overlay.ts';
import { Replica } from './replica.ts';
import { type AccountCommand, accountEventId, accounts, plain } from './testing/accounts.ts';
import { commandsOf } from './testing/arbitrary-commands.ts';

const replicaAfter = (commands: readonly AccountCommand[]) => {
  const replica = new Replica(accounts, { recentCommands: 100, recentEntries: 100 });
  const overlay = new Overlay(accounts, replica, accountEventId, 1);
  for (const command of commands) overlay.decide(command);
  replica.evolve(recordedAfter(beforeFirst, overlay.proposed, 1));
  return replica;
};

describe('an overlay', () => {
  it('leaves the live state exactly as it was when it is dropped', () => {
    fc.assert(
      fc.property(commandsOf('a'), commandsOf('b'), (past, pending) => {
        const replica = replicaAfter(past);
        const before = JSON.stringify(plain(replica.state));
        const { state, head } = replica;
        const overlay = new Overlay(accounts, replica, accountEventId, 2);
        for (const command of pending) overlay.decide(command);
        expect(replica.state).toBe(state);
        expect(replica.head).toBe(head);
        expect(JSON.stringify(plain(replica.state))).toBe(before);
      }),
    );
  });

  it('shows what the live state is to be once its batch is committed', () => {
    fc.assert(
      fc.property(commandsOf('a'), commandsOf('b'), (past, pending) => {
        const replica = replicaAfter(past);
        const overlay = new Overlay(accounts, replica, accountEventId, 2);
        for (const command of pending) overlay.decide(command);
        replica.evolve(recordedAfter(replica.head, overlay.proposed, 2));
        expect(plain(replica.state)).toEqual(plain(overlay.state));
      }),
    );
  });

  it('decides each command upon those before it', () => {
    const overlay = new Overlay(accounts, replicaAfter([]), accountEventId, 1);
    const poor: AccountCommand = { id: '1', type: 'transfer', from: 'a', to: 'b', amount: 5 };
    expect(overlay.decide(poor)).toMatchObject({ status: 'refused', revision: 0 });
    expect(overlay.decide({ id: '2', type: 'deposit', account: 'a', amount: 5 })).toEqual({
      status: 'accepted',
      revision: 1,
    });
    expect(overlay.decide({ ...poor, id: '3' })).toEqual({ status: 'accepted', revision: 3 });
  });

  it('keeps nothing of a command that is refused or whose decision throws', () => {
    const overlay = new Overlay(accounts, replicaAfter([]), accountEventId, 1);
    overlay.decide({ id: '1', type: 'deposit', account: 'a', amount: 5 });
    const { state } = overlay;
    overlay.decide({ id: '2', type: 'transfer', from: 'a', to: 'b', amount: 50 });
    expect(() => overlay.decide({ id: '3', type: 'crash' })).toThrow('a defect');
    expect(overlay.state).toBe(state);
    expect(overlay.proposed.map(({ commandId }) => commandId)).toEqual(['1']);
  });

  it('lets a decision look back upon what is committed, and upon what precedes it in its batch', () => {
    const overlay = new Overlay(
      accounts,
      replicaAfter([
        { id: '1', type: 'deposit', account: 'a', amount: 5 },
        { id: '2', type: 'deposit', account: 'b', amount: 5 },
      ]),
      accountEventId,
      1,
    );
    expect(overlay.decide({ id: '3', type: 'takeBack', position: 1 })).toEqual({ status: 'accepted', revision: 3 });
    expect(overlay.decide({ id: '4', type: 'takeBack', position: 1 })).toMatchObject({
      refusal: { refused: 'used_since' },
    });
    expect(overlay.decide({ id: '5', type: 'takeBack', position: 3 })).toEqual({ status: 'accepted', revision: 4 });
    expect(overlay.decide({ id: '6', type: 'takeBack', position: 9 })).toMatchObject({
      refusal: { refused: 'too_old' },
    });
    expect(overlay.state.balances.get('a')).toBe(5);
  });

  it('says so when it cannot look back far enough', () => {
    const { state, head, at } = replicaAfter([{ id: '1', type: 'deposit', account: 'a', amount: 5 }]);
    const overlay = new Overlay(accounts, { state, head, at }, accountEventId, 1);
    expect(overlay.decide({ id: '2', type: 'takeBack', position: 1 })).toMatchObject({
      refusal: { refused: 'too_old' },
    });
    overlay.decide({ id: '3', type: 'deposit', account: 'b', amount: 5 });
    expect(overlay.decide({ id: '4', type: 'takeBack', position: 2 })).toMatchObject({ status: 'accepted' });
  });

  it('judges time no earlier than the newest event', () => {
    const replica = new Replica(accounts, { recentCommands: 100, recentEntries: 100 });
    replica.evolve([{ id: 'x', commandId: 'x', index: 0, event: { account: 'a', change: 1 }, position: 1, at: 900 }]);
    const overlay = new Overlay(accounts, replica, accountEventId, 100);
    const command: AccountCommand = { id: '1', type: 'deposit', account: 'a', amount: 5, until: 500 };
    expect(overlay.decide(command)).toMatchObject({ status: 'refused', refusal: { refused: 'too_late' } });
  });
});
