import { InMemoryLog } from './in-memory-log.ts';
import { describeLog } from './log-contract.ts';

describeLog('the in-memory log', {
  open: async () => {
    let clock = 5_000;
    return {
      log: new InMemoryLog<string>(() => clock),
      setClockBack: () => {
        clock -= 1_000;
      },
    };
  },
  event: (n) => `event ${n}`,
  id: (n) => `id-${n}`,
});
