import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { readBootstrap } from '@rollcall/types/routes/role-permission/internal';
import { present } from '../access.ts';
import type { Ports } from '../ports.ts';

/** Has there been a first administrator? */
export const handleReadBootstrap = ({ access }: Ports) =>
  handle(readBootstrap, async () => {
    const reading = present(access);
    return isRefusal(reading) ? reading : answer(200, { bootstrapped: reading.state.bootstrapped });
  });
