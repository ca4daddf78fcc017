import { reactTo } from '@rollcall/events/reaction';
import { signUpRepeated } from '@rollcall/types/events/registration';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

export const onSignUpRepeated = (ports: ReactionPorts) =>
  reactTo(signUpRepeated, (event, scope) => queueMail(event, scope, ports, { kind: 'account_exists' }));
