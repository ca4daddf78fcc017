import { createLogger } from '@rollcall/service-kit/logging';
import { describe, expect, it } from 'vitest';
import { Afterwards } from './afterwards.ts';

describe('work after an answer', () => {
  it('keeps nobody waiting but whoever asks for its end, also when some fails or begets more', async () => {
    const afterwards = new Afterwards(createLogger('auth', 'silent'));
    const done: string[] = [];
    const work = (name: string) => async () => {
      await new Promise(setImmediate);
      done.push(name);
    };
    afterwards.run('failing', () => Promise.reject(new Error('down')));
    afterwards.run('one', async () => {
      await work('one')();
      afterwards.run('more', work('more'));
    });
    expect(done).toEqual([]);
    await afterwards.settled();
    expect(done).toEqual(['one', 'more']);
  });
});
