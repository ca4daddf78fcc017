import { reactTo } from '@rollcall/events/reaction';
import { impersonationStarted, sessionStarted } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onSessionStarted = (ports: ReactionPorts) => [
  // Only a device that was not seen before is worth a mail.
  reactTo(sessionStarted, async (event, scope) => {
    if (event.data.newDevice) await queueMail(event, scope, ports, { kind: 'new_sign_in' });
  }),
  reactTo(impersonationStarted, (event, scope) => queueMail(event, scope, ports, { kind: 'impersonated' })),
];
