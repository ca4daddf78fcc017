import { answer, handle } from '@rollcall/service-kit/call-context';
import { checkAvailability } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { isUsernameFree } from '../store/usernames.ts';

export const handleCheckAvailability = ({ connection }: Ports) =>
  handle(checkAvailability, async ({ query }) =>
    answer(200, { available: await isUsernameFree(connection.db, query.username) }),
  );
