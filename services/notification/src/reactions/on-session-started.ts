import { reactTo } from '@rollcall/events/reaction';
import { impersonationStarted, sessionStarted } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onSessionStarted = (ports: ReactionPorts) => [
  // Only a device that was not seen before is worth a mail, or an address from which many are guessed at.
  reactTo(sessionStarted, async (event, scope) => {
    if (event.data.suspected) await queueMail(event, scope, ports, { kind: 'suspected_sign_in' });
    else if (event.data.newDevice) await queueMail(event, scope, ports, { kind: 'new_sign_in' });
  }),
  reactTo(impersonationStarted, (event, scope) => queueMail(event, scope, ports, { kind: 'impersonated' })),
];
