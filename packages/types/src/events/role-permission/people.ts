import { defineEvent } from '../../event-definition.ts';
import { logged } from './logged.ts';

const service = 'role-permission';

export const accessBootstrapped = defineEvent({
  type: 'access.bootstrapped',
  service,
  summary: 'The first verified person became the first administrator; happens once.',
  data: { ...logged },
});

export const accessUserAdded = defineEvent({
  type: 'access.user_added',
  service,
  summary: 'A registered person can be given rights.',
  data: { ...logged },
});

export const userSuspended = defineEvent({
  type: 'user.suspended',
  service,
  summary: 'A person is denied everything until restored.',
  data: { ...logged },
});

export const userRestored = defineEvent({
  type: 'user.restored',
  service,
  summary: 'A suspended person has their rights again.',
  data: { ...logged },
});
