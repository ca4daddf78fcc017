import { reactTo } from '@rollcall/events/reaction';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onUserDeactivated = (ports: ReactionPorts) =>
  reactTo(userDeactivated, (event, scope) => queueMail(event, scope, ports, { kind: 'deactivated' }));
