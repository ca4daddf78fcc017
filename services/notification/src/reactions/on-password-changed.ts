import { reactTo } from '@rollcall/events/reaction';
import { passwordChanged } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onPasswordChanged = (ports: ReactionPorts) =>
  reactTo(passwordChanged, (event, scope) => queueMail(event, scope, ports, { kind: 'password_changed' }));
