import { reactTo } from '@rollcall/events/reaction';
import { accountSecured } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onAccountSecured = (ports: ReactionPorts) =>
  reactTo(accountSecured, (event, scope) => queueMail(event, scope, ports, { kind: 'account_secured' }));
