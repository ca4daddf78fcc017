import { handle } from '@rollcall/service-kit/call-context';
import { deactivateUser } from '@rollcall/types/routes/deactivation';
import type { Ports } from '../ports.ts';
import { changeAccount } from './change-account.ts';

export const handleDeactivateUser = (ports: Ports) =>
  handle(deactivateUser, ({ params, body }, context) =>
    changeAccount(ports, { change: 'deactivating', userId: params.userId, reason: body.reason }, context),
  );
