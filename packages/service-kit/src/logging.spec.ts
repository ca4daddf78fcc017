import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loggerOptions } from './logging.ts';

const logged = (write: (log: pino.Logger) => void): string => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(pino(loggerOptions('auth', 'info'), sink));
  return lines.join('');
};

describe('a log line', () => {
  it('blanks what is called a secret, however it got there', () => {
    const line = logged((log) => log.info({ password: 'canary', body: { refreshToken: 'canary' } }, 'said'));
    expect(line).toContain('[redacted]');
    expect(line).not.toContain('canary');
  });

  it('says where an error came from, but not the parameters of a failed query', () => {
    const error = new Error('Failed query: select $1\nparams: canary', {
      cause: Object.assign(new Error('connection lost'), { code: '57P01', parameters: ['canary'] }),
    });
    const line = logged((log) => log.error({ err: error }, 'failed'));
    expect(line).toContain('57P01');
    expect(line).toContain('    at ');
    expect(line).not.toContain('canary');
  });

  it('is one line, whatever is in it', () => {
    const line = logged((log) => log.info({ name: 'a\r\nb\u001b[31m' }, 'x\ny'));
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(line).not.toContain('\u001b');
  });
});
