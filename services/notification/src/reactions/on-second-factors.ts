import { reactTo } from '@rollcall/events/reaction';
import {
  factorAdded,
  factorRemoved,
  factorsReset,
  recoveryCodesMade,
  recoveryCodeUsed,
} from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

/** Whatever changes how somebody gets in is told to them (ASVS 6.3.7). */
export const onSecondFactors = (ports: ReactionPorts) => [
  reactTo(factorAdded, (event, scope) => queueMail(event, scope, ports, { kind: 'factor_added' })),
  reactTo(factorRemoved, (event, scope) => queueMail(event, scope, ports, { kind: 'factor_removed' })),
  reactTo(factorsReset, (event, scope) => queueMail(event, scope, ports, { kind: 'factors_reset' })),
  reactTo(recoveryCodesMade, (event, scope) => queueMail(event, scope, ports, { kind: 'recovery_codes_made' })),
  reactTo(recoveryCodeUsed, (event, scope) => queueMail(event, scope, ports, { kind: 'recovery_code_used' })),
];
