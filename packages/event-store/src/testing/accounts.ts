import type { Decider } from '../decider.ts';
import { SortedMap } from '../sorted-map.ts';

/** A small ledger to try the machinery on: what is decided depends on what was decided before, and on the time. */
export type AccountCommand = { readonly id: string } & (
  | { readonly type: 'deposit'; readonly account: string; readonly amount: number; readonly until?: number }
  | { readonly type: 'transfer'; readonly from: string; readonly to: string; readonly amount: number }
  | { readonly type: 'ensureOpen'; readonly account: string }
  | { readonly type: 'takeBack'; readonly position: number }
  | { readonly type: 'crash' }
);

export interface AccountEvent {
  readonly account: string;
  readonly change: number;
}

export interface AccountRefusal {
  readonly refused: 'insufficient' | 'too_late' | 'too_old' | 'used_since';
}

export interface Accounts {
  readonly balances: SortedMap<string, number>;
  readonly events: number;
}

export const accounts: Decider<Accounts, AccountCommand, AccountEvent, AccountRefusal> = {
  initialState: () => ({ balances: SortedMap.empty(), events: 0 }),
  evolve: ({ balances, events }, { event: { account, change } }) => ({
    balances: balances.set(account, (balances.get(account) ?? 0) + change),
    events: events + 1,
  }),
  decide: ({ balances }, command, { now, after }) => {
    switch (command.type) {
      case 'deposit':
        if (command.until !== undefined && now >= command.until) return { refused: 'too_late' };
        return [{ account: command.account, change: command.amount }];
      case 'transfer':
        if ((balances.get(command.from) ?? 0) < command.amount) return { refused: 'insufficient' };
        return [
          { account: command.from, change: -command.amount },
          { account: command.to, change: command.amount },
        ];
      case 'ensureOpen':
        return balances.has(command.account) ? [] : [{ account: command.account, change: 0 }];
      case 'takeBack': {
        const [taken, ...later] = after(command.position - 1) ?? [];
        if (taken === undefined) return { refused: 'too_old' };
        const { account, change } = taken.event;
        if (later.some(({ event }) => event.account === account)) return { refused: 'used_since' };
        return [{ account, change: -change }];
      }
      case 'crash':
        throw new Error('a defect');
    }
  },
};

export const plain = ({ balances, events }: Accounts): unknown => ({ balances: [...balances.entries()], events });

export const accountEventId = (commandId: string, index: number): string => `${commandId}/${index}`;
