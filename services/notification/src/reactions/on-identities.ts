import { reactTo } from '@rollcall/events/reaction';
import { identityLinked, identityUnlinked } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

/** Another account that signs somebody in, or one that does so no longer, is told to them (ASVS 6.3.7). */
export const onIdentities = (ports: ReactionPorts) => [
  reactTo(identityLinked, (event, scope) => queueMail(event, scope, ports, { kind: 'identity_linked' })),
  reactTo(identityUnlinked, (event, scope) => queueMail(event, scope, ports, { kind: 'identity_unlinked' })),
];
