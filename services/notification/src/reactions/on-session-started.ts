import { reactTo } from '@rollcall/events/reaction';
import { sessionStarted } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

/** Only a device that was not seen before is worth a mail. */
export const onSessionStarted = (ports: ReactionPorts) =>
  reactTo(sessionStarted, async (event, scope) => {
    if (event.data.newDevice) await queueMail(event, scope, ports, { kind: 'new_sign_in' });
  });
