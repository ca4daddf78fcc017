import { defineEvent } from '../event-definition.ts';
import { entityId } from '../ids.ts';
import { email, profileFacts, username } from '../people.ts';

const service = 'registration';

export const verificationRequested = defineEvent({
  type: 'verification.requested',
  service,
  summary: 'Someone signed up, or asked again, and is to get a link that confirms the address.',
  data: { requestId: entityId },
  personal: { email, username },
});

export const signUpRepeated = defineEvent({
  type: 'sign_up.repeated',
  service,
  summary: 'Someone signed up with the address of an existing account; its owner is told.',
  data: {},
  personal: { email },
});

export const userRegistered = defineEvent({
  type: 'user.registered',
  service,
  summary: 'A person confirmed the address and now has an account.',
  data: {},
  personal: { email, username, profile: profileFacts },
});
