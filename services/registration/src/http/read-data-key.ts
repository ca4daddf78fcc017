import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { readDataKey } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';

export const handleReadDataKey = ({ connection, keys }: Ports) =>
  handle(readDataKey, async ({ params }) => {
    const key = await keys.read(connection.db, params.userId);
    return key ? answer(200, { key: Buffer.from(key).toString('base64url') }) : refuse('not_found');
  });
