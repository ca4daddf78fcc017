import { z } from 'zod';
import { defineEvent } from '../event-definition.ts';
import { entityId } from '../ids.ts';

const service = 'notification';

/** The mails that exist; each has a template of this name. */
export const mailKind = z.enum([
  'verification',
  'account_exists',
  'password_reset',
  'magic_link',
  'password_changed',
  'new_sign_in',
  'suspected_sign_in',
  'factor_added',
  'factor_removed',
  'factors_reset',
  'recovery_codes_made',
  'recovery_code_used',
  'identity_linked',
  'identity_unlinked',
  'api_key_created',
  'account_secured',
  'impersonated',
  'deactivated',
]);
export type MailKind = z.infer<typeof mailKind>;

export const mailSent = defineEvent({
  type: 'mail.sent',
  service,
  summary: 'The mail server took a mail to a person.',
  data: { mailId: entityId, kind: mailKind },
});

export const mailFailed = defineEvent({
  type: 'mail.failed',
  service,
  summary: 'A mail to a person was given up.',
  data: { mailId: entityId, kind: mailKind, reason: z.enum(['rejected', 'expired', 'recipient_unknown']) },
});
