import { reactTo } from '@rollcall/events/reaction';
import { verificationRequested } from '@rollcall/types/events/registration';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onVerificationRequested = (ports: ReactionPorts) =>
  reactTo(verificationRequested, (event, scope) =>
    queueMail(event, scope, ports, { kind: 'verification', requestId: event.data.requestId }),
  );
