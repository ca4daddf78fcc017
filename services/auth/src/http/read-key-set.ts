import { answer, handle } from '@rollcall/service-kit/call-context';
import { readKeySet } from '@rollcall/types/routes/auth/keys';
import type { Ports } from '../ports.ts';

export const handleReadKeySet = ({ keys }: Ports) =>
  handle(readKeySet, async () =>
    answer(
      200,
      { keys: (await keys.published()).map((key) => ({ ...key })) },
      { 'cache-control': 'public, max-age=60' },
    ),
  );
