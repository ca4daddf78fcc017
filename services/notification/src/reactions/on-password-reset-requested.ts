import { reactTo } from '@rollcall/events/reaction';
import { passwordResetRequested } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onPasswordResetRequested = (ports: ReactionPorts) =>
  reactTo(passwordResetRequested, (event, scope) =>
    queueMail(event, scope, ports, { kind: 'password_reset', requestId: event.data.requestId }),
  );
