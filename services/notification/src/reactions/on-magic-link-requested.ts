import { reactTo } from '@rollcall/events/reaction';
import { magicLinkRequested } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onMagicLinkRequested = (ports: ReactionPorts) =>
  reactTo(magicLinkRequested, (event, scope) =>
    queueMail(event, scope, ports, { kind: 'magic_link', requestId: event.data.requestId }),
  );
