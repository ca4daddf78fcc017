import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { looksLike, stepsOf } from './tour.ts';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
let stack: Stack;
let shell: ChildProcessWithoutNullStreams;

beforeAll(async () => {
  stack = await startStack();
  // The leader of a group, to which everything belongs that is started in it.
  shell = spawn('bash', ['--noprofile', '--norc'], { stdio: 'pipe', detached: true });
}, 60_000);

/** Sends a signal to the shell and everything that was started in it. @returns false when nothing is left of that */
const signalAll = (signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-(shell.pid ?? 0), signal);
  } catch {
    return false;
  }
};

afterAll(async () => {
  if (shell?.pid !== undefined) signalAll('SIGKILL');
  await stack?.stop();
});

/** The mark after which a command's output is over, and its exit code. */
const ended = /\n?\[exit code (\d+)\]\n$/;

/** Runs one command in the one shell of the tour, as if it were typed there. */
const run = (command: string): Promise<{ output: string; code: number }> =>
  new Promise((resolve) => {
    let output = '';
    const listen = (text: string): void => {
      output += text;
      const end = ended.exec(output);
      if (!end) return;
      shell.stdout.off('data', listen);
      resolve({ output: output.slice(0, end.index), code: Number(end[1]) });
    };
    shell.stdout.setEncoding('utf8').on('data', listen);
    shell.stdin.write(`${command}\necho "[exit code $?]"\n`);
  });

// The second goes on in the shell of the first.
it.each(['Five minutes', 'Watch, replay, undo'])(
  'every line of “%s” in the README does what it says there',
  async (title) => {
    const steps = stepsOf(readme, title);
    expect(steps.length).toBeGreaterThan(15);
    for (const { command, answer, isRead } of steps) {
      const here = command
        .replaceAll('http://localhost:8080', stack.gateway)
        .replaceAll('http://localhost:8025', stack.mail);
      let last = await run(here);
      const fits = (): boolean => last.code === 0 && (answer === undefined || looksLike(last.output, answer));
      // What follows events, or ends within a second, may be a moment behind; nothing that writes is run again.
      if (isRead && !fits()) {
        await waitFor(
          answer ?? command,
          async () => {
            last = await run(here);
            return fits();
          },
          5_000,
        ).catch(() => undefined);
      }
      expect(fits() || `${command}\n# => ${last.output} (exit code ${last.code})`, answer ?? command).toBe(true);
    }
  },
);

it('the tour leaves nothing running behind it', async () => {
  shell.stdin.end();
  await waitFor('everything that was started to be gone', async () => !signalAll(0));
});
