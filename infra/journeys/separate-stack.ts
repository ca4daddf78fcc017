import { type Stack, startStack } from '@rollcall/testing/stack';
import { type ServerName, serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';

/** A stack with a process for each replica of each service, which are ended and watched coming back. */
export interface SeparateStack {
  readonly stack: Stack;
  /** Signals these processes at once; resolves with what resolves once all of them are up again. */
  signal(names: readonly ServerName[], signal: NodeJS.Signals): Promise<{ readonly upAgain: Promise<void> }>;
}

/** @param replicas as `npm start -- --replicas` takes them */
export const startSeparateStack = async (replicas: string): Promise<SeparateStack> => {
  const returns = new Map<string, number>();
  const stack = await startStack({
    replicas,
    environment: {
      LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal',
      // Who asks may come from as many addresses as it likes.
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
    onLog: (line) => {
      const name = /^(.+) is up again\.$/.exec(line)?.[1];
      if (name !== undefined) returns.set(name, (returns.get(name) ?? 0) + 1);
      else if (!/ ended \(.+\); starting it again\.$/.test(line)) process.stderr.write(`${line}\n`);
    },
  });
  return {
    stack,
    signal: async (names, signal) => {
      const before = new Map(returns);
      const hasReturned = async (name: string) => (returns.get(name) ?? 0) > (before.get(name) ?? 0);
      const pids = await Promise.all(names.map((name) => serverProcess(stack, name)));
      for (const pid of pids) process.kill(pid, signal);
      const upAgain = Promise.all(
        names.map((name) => waitFor(`${name} to be up again`, () => hasReturned(name), 60_000)),
      );
      return { upAgain: upAgain.then(() => undefined) };
    },
  };
};
