import { onAccountSecured } from './on-account-secured.ts';
import { onApiKeyCreated } from './on-api-key-created.ts';
import { onIdentities } from './on-identities.ts';
import { onMagicLinkRequested } from './on-magic-link-requested.ts';
import { onPasswordChanged } from './on-password-changed.ts';
import { onPasswordResetRequested } from './on-password-reset-requested.ts';
import { onSecondFactors } from './on-second-factors.ts';
import { onSessionStarted } from './on-session-started.ts';
import { onSignUpRepeated } from './on-sign-up-repeated.ts';
import { onUserDeactivated } from './on-user-deactivated.ts';
import { onUserRegistered } from './on-user-registered.ts';
import { onVerificationRequested } from './on-verification-requested.ts';
import type { ReactionPorts } from './queue-mail.ts';

/** What this service does about events, by the service they come from. */
export const createReactions = (ports: ReactionPorts) => ({
  registration: [onVerificationRequested(ports), onSignUpRepeated(ports), onUserRegistered()],
  auth: [
    ...onSessionStarted(ports),
    onMagicLinkRequested(ports),
    onPasswordResetRequested(ports),
    onPasswordChanged(ports),
    onAccountSecured(ports),
    ...onSecondFactors(ports),
    ...onIdentities(ports),
    onApiKeyCreated(ports),
  ],
  deactivation: [onUserDeactivated(ports)],
});
