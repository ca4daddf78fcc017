import fc from 'fast-check';
import type { AccountCommand } from './accounts.ts';

const account = fc.constantFrom('a', 'b', 'c');
const amount = fc.integer({ min: 1, max: 5 });

/** Commands whose ids begin with the given text and differ from one another. */
export const commandsOf = (prefix: string, maxLength = 20): fc.Arbitrary<readonly AccountCommand[]> =>
  fc
    .array(
      fc.oneof(
        fc.record({ type: fc.constant('deposit' as const), account, amount }),
        fc.record({ type: fc.constant('transfer' as const), from: account, to: account, amount }),
        fc.record({ type: fc.constant('ensureOpen' as const), account }),
      ),
      { maxLength },
    )
    .map((commands) => commands.map((command, n) => ({ ...command, id: `${prefix}${n}` })));
