import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startStack } from '@rollcall/testing/stack';
import { beforeAll, describe, expect, it } from 'vitest';
import { liveOneLife } from './one-life.ts';

const repository = join(import.meta.dirname, '../..');
const rehearsal = 'infra/docker/rehearsal/rehearse.mjs';

describe('the life of an account: signed up, confirmed, signed in, given a permission, audited and deactivated', () => {
  it('where one process hosts all services', async () => {
    await using stack = await startStack();
    await liveOneLife(stack);
  }, 60_000);

  it('where each service has a process of its own', async () => {
    await using stack = await startStack({ replicas: '1' });
    await liveOneLife(stack);
  }, 120_000);

  describe('where docker-compose.yml says how each container is made and started', () => {
    beforeAll(() => {
      const made = spawnSync(process.execPath, [join(repository, rehearsal), '--images'], { stdio: 'inherit' });
      expect(made.status).toBe(0);
    }, 300_000);

    it.each([
      ['once', ''],
      ['twice, by the profile `replicas`', '2'],
    ])(
      '%s',
      async (_, replicas) => {
        await using stack = await startStack({
          launcher: rehearsal,
          replicas,
          environment: { NODE_ENV: 'production', PASSWORD_HASH_MEMORY: '' },
        });
        await liveOneLife(stack);
      },
      180_000,
    );
  });
});
