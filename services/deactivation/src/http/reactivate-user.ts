import { handle } from '@rollcall/service-kit/call-context';
import { reactivateUser } from '@rollcall/types/routes/deactivation';
import type { Ports } from '../ports.ts';
import { changeAccount } from './change-account.ts';

export const handleReactivateUser = (ports: Ports) =>
  handle(reactivateUser, ({ params, body }, context) =>
    changeAccount(ports, { change: 'reactivating', userId: params.userId, reason: body.reason }, context),
  );
