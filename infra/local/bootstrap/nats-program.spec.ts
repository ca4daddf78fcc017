import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureNatsProgram, natsCandidates } from './nats-program.mjs';
import { temporaryFolder } from './temporary-folder.ts';

const print = () => {};

function program(folder: string, { executable = true } = {}): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'nats-server');
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, executable ? 0o755 : 0o644);
  return file;
}

describe('where nats-server is looked for', () => {
  it('is the path, then the folders of system programs, then what was fetched before', () => {
    const found = natsCandidates({ PATH: '/first:/second' }, '/data/bin');
    expect(found.slice(0, 2)).toEqual(['/first/nats-server', '/second/nats-server']);
    expect(found).toContain('/usr/sbin/nats-server');
    expect(found.at(-1)).toBe('/data/bin/nats-server');
  });

  it('is no folder twice, and none relative to where one happens to be', () => {
    const found = natsCandidates({ PATH: '.:bin::/usr/sbin:/usr/sbin' }, '/data/bin');
    expect(new Set(found).size).toBe(found.length);
    expect(found.every((file) => path.isAbsolute(file))).toBe(true);
    expect(found[0]).toBe('/usr/sbin/nats-server');
  });
});

describe('which nats-server is taken', () => {
  it('is the one that NATS_SERVER_BIN names, whatever else there is', async () => {
    const folder = temporaryFolder();
    const named = program(path.join(folder, 'named'));
    program(path.join(folder, 'on-path'));
    const env = { NATS_SERVER_BIN: named, PATH: path.join(folder, 'on-path') };
    expect(await ensureNatsProgram({ env, print, fetched: folder })).toBe(named);
  });

  it('is never another one than NATS_SERVER_BIN names', async () => {
    const folder = temporaryFolder();
    program(folder);
    const env = { NATS_SERVER_BIN: path.join(folder, 'missing'), PATH: folder };
    await expect(ensureNatsProgram({ env, print, fetched: folder })).rejects.toThrow('correct or unset it');
  });

  it('is the first on the path that can be run', async () => {
    const folder = temporaryFolder();
    program(path.join(folder, 'a'), { executable: false });
    mkdirSync(path.join(folder, 'b/nats-server'), { recursive: true });
    const runnable = program(path.join(folder, 'c'));
    const env = { PATH: ['a', 'b', 'c'].map((name) => path.join(folder, name)).join(':') };
    expect(await ensureNatsProgram({ env, print, fetched: folder })).toBe(runnable);
  });
});
