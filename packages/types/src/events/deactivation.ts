import { z } from 'zod';
import { defineEvent } from '../event-definition.ts';
import { reason } from '../permissions.ts';

const service = 'deactivation';

export const accountStatus = z.enum(['active', 'deactivated']);
const change = {
  before: z.object({ status: accountStatus }),
  after: z.object({ status: accountStatus }),
  by: z.enum(['self', 'administrator']),
};
/** There only if a reason was given. Personal, because it may name people. */
const personal = { reason };

export const userDeactivated = defineEvent({
  type: 'user.deactivated',
  service,
  summary: 'An account was deactivated: it cannot sign in, and its tokens have stopped.',
  data: change,
  personal,
});

export const userReactivated = defineEvent({
  type: 'user.reactivated',
  service,
  summary: 'A deactivated account may be used again.',
  data: change,
  personal,
});
